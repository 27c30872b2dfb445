-- Vekora's database, as far as it holds personal data. PostgreSQL 14 or later.
--
-- Every table that is exported has an index on (account_id, id): an export walks one person's rows in the order of that index,
-- page by page, and never sorts. Keys made of text use the "C" collation, so that their order is the same on every server.

create table accounts (
  id                        text collate "C" primary key,
  email                     text        not null unique,
  email_verified            boolean     not null default false,
  password_hash             text        not null,
  totp_secret               text,
  display_name              text        not null,
  organization_name         text,
  locale                    text        not null default 'en',
  timezone                  text        not null default 'UTC',
  status                    text        not null check (status in ('active', 'suspended', 'closed')),
  wants_newsletter          boolean     not null default false,
  wants_product_updates     boolean     not null default false,
  risk_score                numeric(4, 3) check (risk_score between 0 and 1),
  created_at                timestamptz not null,
  last_sign_in_at           timestamptz
);

create table organizations (
  id         text collate "C" primary key,
  name       text        not null,
  created_at timestamptz not null
);

create table memberships (
  account_id      text collate "C" not null references accounts (id),
  organization_id text collate "C" not null references organizations (id),
  role            text        not null check (role in ('owner', 'admin', 'member', 'billing', 'viewer')),
  invited_by      text collate "C" references accounts (id),
  joined_at       timestamptz not null,
  primary key (account_id, organization_id)
);

create table billing_profiles (
  id                text collate "C" primary key,
  account_id        text collate "C" not null references accounts (id),
  name              text        not null,
  organization_name text,
  email             text        not null,
  line1             text        not null,
  line2             text,
  city              text        not null,
  region            text,
  postal_code       text,
  country           char(2)     not null,
  tax_id            text,
  currency          char(3)     not null,
  created_at        timestamptz not null,
  updated_at        timestamptz
);
create unique index billing_profiles_by_account on billing_profiles (account_id, id);

-- The card number is at the payment provider and was never here.
create table payment_methods (
  id             text collate "C" primary key,
  account_id     text collate "C" not null references accounts (id),
  provider       text        not null,
  provider_token text        not null unique,
  brand          text        not null,
  last4          char(4)     not null,
  expiry_month   smallint    not null check (expiry_month between 1 and 12),
  expiry_year    smallint    not null,
  is_default     boolean     not null,
  added_at       timestamptz not null,
  removed_at     timestamptz
);
create unique index payment_methods_by_account on payment_methods (account_id, id);

-- The address is copied: an invoice says what it said on the day it was issued.
create table invoices (
  id          text collate "C" primary key,
  account_id  text collate "C" not null references accounts (id),
  number      text           not null unique,
  status      text           not null check (status in ('open', 'paid', 'void', 'uncollectible')),
  currency    char(3)        not null,
  subtotal    numeric(14, 2) not null,
  tax         numeric(14, 2) not null,
  total       numeric(14, 2) not null,
  line1       text           not null,
  line2       text,
  city        text           not null,
  region      text,
  postal_code text,
  country     char(2)        not null,
  issued_at   timestamptz    not null,
  due_at      timestamptz,
  paid_at     timestamptz
);
create unique index invoices_by_account on invoices (account_id, id);

create table invoice_lines (
  invoice_id  text collate "C" not null references invoices (id),
  position    smallint       not null,
  description text           not null,
  quantity    numeric(18, 6) not null,
  unit_price  numeric(18, 6) not null,
  amount      numeric(14, 2) not null,
  period_from date,
  period_to   date,
  primary key (invoice_id, position),
  check ((period_from is null) = (period_to is null))
);

create table agents (
  id    text collate "C" primary key,
  name  text not null,
  email text not null unique
);

create table support_tickets (
  id                  text collate "C" primary key,
  account_id          text collate "C" not null references accounts (id),
  subject_line        text        not null,
  status              text        not null check (status in ('open', 'pending', 'solved', 'closed')),
  priority            text        not null check (priority in ('low', 'normal', 'high', 'urgent')),
  channel             text        not null check (channel in ('web', 'email', 'chat', 'phone')),
  assigned_agent_id   text collate "C" references agents (id),
  satisfaction_rating smallint check (satisfaction_rating between 1 and 5),
  created_at          timestamptz not null,
  updated_at          timestamptz not null,
  closed_at           timestamptz
);
create unique index support_tickets_by_account on support_tickets (account_id, id);

-- account_id is the ticket's, whoever wrote the message; the foreign key over both columns holds it to that.
create table support_messages (
  id                text collate "C" primary key,
  account_id        text collate "C" not null,
  ticket_id         text collate "C" not null,
  author_role       text        not null check (author_role in ('customer', 'agent')),
  agent_id          text collate "C" references agents (id),
  agent_name        text,
  body              text        not null,
  attachments_count integer,
  sent_at           timestamptz not null,
  foreign key (account_id, ticket_id) references support_tickets (account_id, id),
  check ((author_role = 'agent') = (agent_id is not null))
);
create unique index support_messages_by_account on support_messages (account_id, id);

-- The usage log: by far the largest table.
create table api_requests (
  id             bigint generated by default as identity primary key,
  account_id     text collate "C" not null references accounts (id),
  occurred_at    timestamptz      not null,
  method         text             not null,
  path           text             not null,
  status         smallint         not null,
  duration_ms    double precision not null,
  request_bytes  bigint,
  response_bytes bigint,
  ip_address     inet             not null,
  user_agent     text,
  region         text
);
create unique index api_requests_by_account on api_requests (account_id, id);

create table sessions (
  id           text collate "C" primary key,
  account_id   text collate "C" not null references accounts (id),
  token_hash   text        not null unique,
  ip_address   inet        not null,
  user_agent   text,
  created_at   timestamptz not null,
  last_seen_at timestamptz not null,
  expires_at   timestamptz not null,
  ended_at     timestamptz
);
create unique index sessions_by_account on sessions (account_id, id);

create table cookie_preferences (
  id             text collate "C" primary key,
  account_id     text collate "C" not null references accounts (id),
  category       text        not null check (category in ('necessary', 'preferences', 'statistics', 'marketing')),
  granted        boolean     not null,
  policy_version text        not null,
  cookie_id      text,
  chosen_at      timestamptz not null,
  expires_at     timestamptz
);
create unique index cookie_preferences_by_account on cookie_preferences (account_id, id);

create table consents (
  id           text collate "C" primary key,
  account_id   text collate "C" not null references accounts (id),
  purpose      text        not null,
  granted      boolean     not null,
  text_version text        not null,
  method       text        not null,
  given_at     timestamptz not null,
  withdrawn_at timestamptz
);
create unique index consents_by_account on consents (account_id, id);

-- Customer Data: what customers host on the platform. Vekora processes it on their instructions and is not its controller,
-- so no export reads the two tables below; the bundle says so and names whom to ask.

create table deployments (
  id              text collate "C" primary key,
  organization_id text collate "C" not null references organizations (id),
  image           text        not null,
  environment     jsonb       not null,
  created_at      timestamptz not null
);
create index deployments_by_organization on deployments (organization_id);

create table customer_databases (
  id              text collate "C" primary key,
  organization_id text collate "C" not null references organizations (id),
  name            text        not null,
  content         bytea       not null,
  created_at      timestamptz not null
);
create index customer_databases_by_organization on customer_databases (organization_id);
