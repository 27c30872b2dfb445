// Generated from schemas/records/organization-membership.schema.json by "npm run generate". Do not edit.

/**
 * An organization that your account is a member of, and your role in it.
 */
export interface OrganizationMembership {
  /**
   * The key of your account, which this record belongs to.
   */
  accountId: string;
  /**
   * The key of the organization.
   */
  organizationId: string;
  /**
   * The name of the organization.
   */
  organizationName: string;
  /**
   * What you are allowed to do in the organization.
   */
  role: "owner" | "admin" | "member" | "billing" | "viewer";
  /**
   * When you joined the organization.
   */
  joinedAt: string;
  /**
   * The person who invited you, if somebody did, under a stand-in name because it is another person's name.
   */
  invitedBy: string | null;
}
