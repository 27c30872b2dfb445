/**
 * How each dataset is read: one page of a person's rows, and the number of them, asked for separately. Parameters: `$1` the person's
 * account id, `$2` the cursor after the page before (null at the start), `$3` how many rows.
 *
 * Four habits keep these right:
 * - The order is the key's own (`order by i.id`: unique, and the index is in that order).
 * - `> coalesce($2, '')` rather than `$2 is null or …`: the index is used on the first page and on the last.
 * - Columns are named as the record schema names them. Secrets are selected too: that they do not leave is not this file's task.
 * - The source gives `bigint` and `numeric` as text, so that no digit is lost. Keys and money are text in the schema too; what is a
 *   number there is cast to float8. Inside JSON, money is cast to text, for JSON would make it a number.
 */
export interface DatasetQuery {
  readonly page: string;
  readonly count: string;
}

const account: DatasetQuery = {
  page: `
    select a.id as "accountId", a.email, a.email_verified as "emailVerified", a.display_name as "name",
      a.organization_name as "organizationName", a.locale, a.timezone, a.status,
      a.created_at as "createdAt", a.last_sign_in_at as "lastSignInAt",
      json_build_object('newsletter', a.wants_newsletter, 'productUpdates', a.wants_product_updates) as "marketing",
      a.risk_score::float8 as "riskScore", a.password_hash as "passwordHash", a.totp_secret as "totpSecret"
    from accounts a
    where a.id = $1 and a.id > coalesce($2, '')
    order by a.id
    limit $3`,
  count: `select count(*) as "count" from accounts where id = $1`,
};

const organizations: DatasetQuery = {
  page: `
    select m.account_id as "accountId", m.organization_id as "organizationId", o.name as "organizationName", m.role,
      m.joined_at as "joinedAt", inviter.display_name as "invitedBy"
    from memberships m
    join organizations o on o.id = m.organization_id
    left join accounts inviter on inviter.id = m.invited_by
    where m.account_id = $1 and m.organization_id > coalesce($2, '')
    order by m.organization_id
    limit $3`,
  count: `select count(*) as "count" from memberships where account_id = $1`,
};

const billingProfile: DatasetQuery = {
  page: `
    select b.id, b.account_id as "accountId", b.name, b.organization_name as "organizationName", b.email,
      json_build_object('line1', b.line1, 'line2', b.line2, 'city', b.city, 'region', b.region,
        'postalCode', b.postal_code, 'country', b.country) as "address",
      b.tax_id as "taxId", b.currency, b.created_at as "createdAt", b.updated_at as "updatedAt"
    from billing_profiles b
    where b.account_id = $1 and b.id > coalesce($2, '')
    order by b.id
    limit $3`,
  count: `select count(*) as "count" from billing_profiles where account_id = $1`,
};

const paymentMethods: DatasetQuery = {
  page: `
    select p.id, p.account_id as "accountId", p.provider, p.brand, p.last4 as "lastFourDigits",
      p.expiry_month as "expiryMonth", p.expiry_year as "expiryYear", p.is_default as "isDefault",
      p.added_at as "addedAt", p.removed_at as "removedAt", p.provider_token as "providerToken"
    from payment_methods p
    where p.account_id = $1 and p.id > coalesce($2, '')
    order by p.id
    limit $3`,
  count: `select count(*) as "count" from payment_methods where account_id = $1`,
};

const invoices: DatasetQuery = {
  page: `
    select i.id, i.account_id as "accountId", i.number, i.status, i.currency,
      i.subtotal, i.tax, i.total,
      i.issued_at as "issuedAt", i.due_at as "dueAt", i.paid_at as "paidAt",
      json_build_object('line1', i.line1, 'line2', i.line2, 'city', i.city, 'region', i.region,
        'postalCode', i.postal_code, 'country', i.country) as "billingAddress",
      coalesce((
        -- A line has a period or none at all: stripping nulls takes it off where there is none.
        select json_agg(json_strip_nulls(json_build_object(
          'description', l.description, 'quantity', trim_scale(l.quantity)::text,
          'unitPrice', l.unit_price::text, 'amount', l.amount::text,
          'period', case when l.period_from is not null
            then json_build_object('from', l.period_from, 'to', l.period_to) end
        )) order by l.position)
        from invoice_lines l where l.invoice_id = i.id
      ), '[]') as "lines"
    from invoices i
    where i.account_id = $1 and i.id > coalesce($2, '')
    order by i.id
    limit $3`,
  count: `select count(*) as "count" from invoices where account_id = $1`,
};

const supportTickets: DatasetQuery = {
  page: `
    select t.id, t.account_id as "accountId", t.subject_line as "subjectLine", t.status, t.priority, t.channel,
      t.assigned_agent_id as "assignedAgentId", t.created_at as "createdAt", t.updated_at as "updatedAt",
      t.closed_at as "closedAt", t.satisfaction_rating as "satisfactionRating"
    from support_tickets t
    where t.account_id = $1 and t.id > coalesce($2, '')
    order by t.id
    limit $3`,
  count: `select count(*) as "count" from support_tickets where account_id = $1`,
};

const supportMessages: DatasetQuery = {
  page: `
    select m.id, m.account_id as "accountId", m.ticket_id as "ticketId", m.author_role as "authorRole",
      m.agent_name as "agentName", m.agent_id as "agentId", m.body, m.sent_at as "sentAt",
      m.attachments_count as "attachmentsCount"
    from support_messages m
    where m.account_id = $1 and m.id > coalesce($2, '')
    order by m.id
    limit $3`,
  count: `select count(*) as "count" from support_messages where account_id = $1`,
};

const apiRequests: DatasetQuery = {
  page: `
    select r.id, r.account_id as "accountId", r.occurred_at as "occurredAt", r.method, r.path, r.status,
      r.duration_ms as "durationMs", r.request_bytes::float8 as "requestBytes",
      r.response_bytes::float8 as "responseBytes", host(r.ip_address) as "ipAddress",
      r.user_agent as "userAgent", r.region
    from api_requests r
    where r.account_id = $1 and r.id > coalesce($2::bigint, 0)
    order by r.id
    limit $3`,
  count: `select count(*) as "count" from api_requests where account_id = $1`,
};

const sessions: DatasetQuery = {
  page: `
    select s.id, s.account_id as "accountId", s.created_at as "createdAt", s.last_seen_at as "lastSeenAt",
      s.expires_at as "expiresAt", s.ended_at as "endedAt", host(s.ip_address) as "ipAddress",
      s.user_agent as "userAgent", s.token_hash as "tokenHash"
    from sessions s
    where s.account_id = $1 and s.id > coalesce($2, '')
    order by s.id
    limit $3`,
  count: `select count(*) as "count" from sessions where account_id = $1`,
};

const cookiePreferences: DatasetQuery = {
  page: `
    select c.id, c.account_id as "accountId", c.category, c.granted, c.chosen_at as "chosenAt",
      c.expires_at as "expiresAt", c.policy_version as "policyVersion", c.cookie_id as "cookieId"
    from cookie_preferences c
    where c.account_id = $1 and c.id > coalesce($2, '')
    order by c.id
    limit $3`,
  count: `select count(*) as "count" from cookie_preferences where account_id = $1`,
};

const consents: DatasetQuery = {
  page: `
    select c.id, c.account_id as "accountId", c.purpose, c.granted, c.given_at as "givenAt",
      c.withdrawn_at as "withdrawnAt", c.text_version as "textVersion", c.method
    from consents c
    where c.account_id = $1 and c.id > coalesce($2, '')
    order by c.id
    limit $3`,
  count: `select count(*) as "count" from consents where account_id = $1`,
};

export const queries = {
  account,
  organizations,
  billingProfile,
  paymentMethods,
  invoices,
  supportTickets,
  supportMessages,
  apiRequests,
  sessions,
  cookiePreferences,
  consents,
} as const;
