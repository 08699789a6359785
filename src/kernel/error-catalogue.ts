/** Every code an `AppError` may carry. A surface turns a code into its own envelope; see `docs/errors.md`. */
export interface ErrorEntry {
  /** HTTP status that fits the failure when a surface has no rule of its own. */
  readonly status: 400 | 401 | 402 | 403 | 404 | 405 | 406 | 409 | 413 | 415 | 426 | 429 | 500 | 503;
  readonly title: string;
  /** Whether the same call may succeed later without a change by the caller. */
  readonly retry: boolean;
  /** What the reader can do about it. */
  readonly help: string;
}

const entry = (status: ErrorEntry['status'], title: string, help: string, retry = false): ErrorEntry => ({
  status,
  title,
  retry,
  help,
});

export const errorCatalogue = {
  'request.malformed': entry(400, 'Malformed request', 'Send a body that parses as the declared content type.'),
  'request.invalid_parameter': entry(
    400,
    'Invalid parameter',
    'Correct the named parameter; the constraint says what is accepted.',
  ),
  'request.missing_parameter': entry(400, 'Missing parameter', 'Send the named parameter.'),
  'request.credential_repeated': entry(
    400,
    'More than one credential',
    'Send exactly one credential in exactly one header.',
  ),
  'request.credential_exposed': entry(
    400,
    'Credential in the wrong place',
    'Send the credential in its header only, and rotate it: a URL or a body ends up in logs.',
  ),
  'request.unsupported_media_type': entry(415, 'Unsupported media type', 'Send application/json.'),
  'request.too_large': entry(413, 'Body too large', 'Send a smaller body.'),
  'request.method_not_allowed': entry(405, 'Method not allowed', 'Use a method listed in the Allow header.'),
  'request.route_unknown': entry(404, 'No such path', 'Check the path against the API description.'),
  'request.page_unknown': entry(404, 'No such page', 'Ask for a page from 1 to the last one; follow next and previous.'),
  'request.not_acceptable': entry(406, 'No such representation', 'Accept application/json.'),
  'request.insecure_transport': entry(
    426,
    'HTTPS required',
    'Use HTTPS; plain HTTP is accepted from this machine only.',
  ),
  'request.limited': entry(429, 'Too many requests', 'Wait for the time in Retry-After.', true),
  'credential.missing': entry(401, 'Missing credential', 'Send a credential in the header that the surface documents.'),
  'credential.invalid': entry(
    401,
    'Invalid credential',
    'Check the credential for a typing error, or issue a new one.',
  ),
  'credential.expired': entry(401, 'Credential expired', 'Issue or rotate the credential.'),
  'credential.revoked': entry(401, 'Credential revoked', 'Issue a new credential.'),
  'credential.suspended': entry(
    401,
    'Credential suspended',
    'Resume the credential, or end the cause of its suspension.',
  ),
  'credential.address_refused': entry(403, 'Address not allowed', 'Call from an address that the credential allows.'),
  'credential.family_refused': entry(
    401,
    'Credential of another family',
    'Use a credential of the family that this surface accepts.',
  ),
  'credential.not_found': entry(404, 'No such credential', 'List the credentials to find its id.'),
  'credential.state_conflict': entry(
    409,
    'Credential is not in a fitting state',
    'Show the credential: revoked and rotated ones never come back.',
  ),
  'credential.limit_reached': entry(409, 'Too many credentials', 'Revoke a credential that is not needed any more.'),
  'credential.password_refused': entry(401, 'Wrong address or password', 'Correct the pair, or use a token.'),
  'credential.basic_malformed': entry(
    401,
    'Malformed Basic credentials',
    'Send the address, a colon and the password in base64.',
  ),
  'permission.refused': entry(403, 'Not permitted', 'Ask someone who manages this account, project or organisation.'),
  'owner.disabled': entry(401, 'Owner disabled', 'Ask the operator to enable the account.'),
  'plan.ended': entry(401, 'Subscription expired', 'Renew the subscription; it works again at once.'),
  'plan.past_due': entry(401, 'Payment overdue', 'Pay the open invoice; the subscription works again at once.'),
  'plan.required': entry(403, 'Plan required', 'Choose a plan that includes this; it works at once.'),
  'scope.missing': entry(403, 'Scope missing', 'Use a credential with the scope that the operation names.'),
  'admission.rate_limited': entry(429, 'Rate limit exceeded', 'Wait for the time in Retry-After.', true),
  'admission.credits_exhausted': entry(429, 'Credits exhausted', 'Wait for the reset date, or change the plan.', true),
  'admission.unavailable': entry(
    503,
    'Ledger unavailable',
    'Try again after the time in Retry-After; nothing was charged.',
    true,
  ),
  'account.not_found': entry(404, 'No such account', 'Check the e-mail address or the id.'),
  'account.email_taken': entry(409, 'E-mail address already in use', 'Use the existing account, or another address.'),
  'account.last_administrator': entry(409, 'Last administrator', 'Make somebody else an administrator first.'),
  'account.owns_tenants': entry(
    409,
    'Account owns projects or organisations',
    'Transfer or delete what the message names first.',
  ),
  'password.refused': entry(400, 'Password refused', 'Choose a longer password that is not on a list of known ones.'),
  'sign_in.refused': entry(401, 'Sign-in refused', 'Ask for a new code: a code works once, for ten minutes.'),
  'sign_in.limited': entry(429, 'Too many sign-in requests', 'Wait an hour, or use the code of the last mail.', true),
  'session.missing': entry(401, 'Not signed in', 'Sign in; a session ends when it is not used, or by sign-out.'),
  'session.required': entry(403, 'Sign-in required', 'Sign in: people do this, never a credential.'),
  'session.csrf': entry(403, 'Request not proven', 'Send the token of the session in the header X-CSRF-Token.'),
  'session.not_found': entry(404, 'No such session', 'List the sessions to find its id.'),
  'organization.not_found': entry(404, 'No such organisation', 'Check the name; only members see an organisation.'),
  'organization.name_taken': entry(409, 'Name of an organisation in use', 'Choose another name.'),
  'project.not_found': entry(404, 'No such project', 'Check the id; only members see a project.'),
  'project.name_reserved': entry(400, 'Name of a project reserved', 'Choose another name: paths use this one.'),
  'project.name_taken': entry(409, 'Name of a project in use', 'Choose another name in this organisation.'),
  'member.not_found': entry(404, 'No such member', 'List the members to find the person.'),
  'member.exists': entry(409, 'Already a member', 'Change the role of the member instead.'),
  'member.invited': entry(409, 'Not joined yet', 'The role of an invitation stays: take it back and invite again.'),
  'member.last_owner': entry(409, 'Last owner', 'Make somebody else an owner first.'),
  'invitation.not_found': entry(404, 'No such invitation', 'It may have expired, or been withdrawn or answered.'),
  'plan.limit_reached': entry(403, 'Limit of the plan reached', 'Choose a larger plan, or remove what is not needed.'),
  'subscription.not_found': entry(404, 'No such subscription', 'Check the id that subscription create printed.'),
  'leak.unsigned': entry(
    401,
    'Report not signed',
    'Sign the raw body with a configured key, or send the configured token.',
  ),
  'billing.unsigned': entry(400, 'Event not signed', 'Configure the signing secret of this endpoint.'),
  'claim.refused': entry(
    404,
    'Claim link not valid',
    'A link works once, for 72 hours. Ask the operator for another one.',
  ),
  'mail.not_found': entry(404, 'No such mail', 'List the mails to find its id; old ones are forgotten.'),
  'tag.not_found': entry(404, 'No such tag', 'List the tags to find its name; everybody has tags of their own.'),
  'tag.name_taken': entry(409, 'Name of a tag in use', 'Choose another name.'),
  'tag.limit_reached': entry(409, 'Too many tags', 'Delete a tag, or take one off CVEs that do not need it.'),
  'watch.too_many_subscriptions': entry(
    400,
    'Too many subscriptions',
    'Remove what the project need not watch; a vendor stands for all its products.',
  ),
  'catalog.cve_not_found': entry(404, 'No such CVE record', 'Check the id; import or sync newer records.'),
  'catalog.entry_not_found': entry(404, 'No such vendor, product, weakness or change', 'Check the name against the lists.'),
  'catalog.kev_not_found': entry(404, 'Not in the KEV catalogue', 'The CVE is not listed as known exploited.'),
  'catalog.unavailable': entry(
    503,
    'Catalogue unavailable',
    'Run doctor; the catalogue can be rebuilt from its feeds.',
    true,
  ),
  'catalog.cursor_invalid': entry(
    400,
    'Invalid cursor',
    'Pass nextCursor exactly as it was given, with the same filters and sort.',
  ),
  'catalog.ingest_running': entry(
    409,
    'Another import is running',
    'Wait until it has ended: one import at a time may write the catalogue.',
    true,
  ),
  'feed.unreadable': entry(400, 'File cannot be read as a feed', 'Check the path and that the file is complete.'),
  'feed.unknown_kind': entry(400, 'Not a known feed', 'See the list of accepted files in the documentation of import.'),
  'feed.refused': entry(
    409,
    'Feed refused',
    'The feed is empty, truncated or suddenly much smaller; the old data stays.',
  ),
  'feed.unreachable': entry(503, 'Feed cannot be fetched', 'Check the network and the configured address.', true),
  'outbound.refused': entry(403, 'Address refused', 'The address is private or otherwise not allowed.'),
  'outbound.failed': entry(503, 'Call failed', 'The other side did not answer as expected.', true),
  'storage.unique': entry(409, 'Already exists', 'Choose another value.'),
  'storage.busy': entry(503, 'Database busy', 'Try again.', true),
  'storage.unavailable': entry(
    503,
    'Database unavailable',
    'Check that the database runs and that its folder can be written.',
    true,
  ),
  'storage.corrupt': entry(
    500,
    'Database damaged',
    'Restore a backup of the control plane; rebuild the catalogue from its feeds.',
  ),
  'storage.newer_schema': entry(500, 'Database of a newer version', 'Run the version that wrote it, or a newer one.'),
  'config.invalid': entry(500, 'Bad configuration', 'Correct the options that the message names.'),
  'config.pepper_mismatch': entry(500, 'Wrong pepper', 'Start with the keyring that this database was used with.'),
  'backup.unreadable': entry(
    400,
    'Not a whole backup',
    'Take a backup that backup wrote and that was copied completely.',
  ),
  'backup.target_in_use': entry(
    409,
    'Control plane in use',
    'Restore into an empty data folder or an empty database only.',
  ),
  'keyring.read_only': entry(
    409,
    'Keyring given by the configuration',
    'Change the keys where the configuration keeps them, then restart every node.',
  ),
  'keyring.in_use': entry(409, 'Key in use', 'Rotate first; see keys status for what still uses it.'),
  'cli.usage': entry(400, 'Bad usage', 'Run the command with --help.'),
  'server.address_in_use': entry(409, 'Address in use', 'Stop the other server or choose another port.'),
  'internal.unexpected': entry(500, 'Internal error', 'Report the correlation id to the operator.'),
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errorCatalogue;
