import type { OutcomeTable } from '../shared/verdict.ts';

/**
 * Exceptions of SendTextMessage, with `Reason` where it makes a difference.
 * [docs.aws.amazon.com/goto/WebAPI/pinpoint-sms-voice-v2-2022-03-31/SendTextMessage; the reasons as the service's
 * published model lists them; errors of all services: docs.aws.amazon.com/sns/latest/api/CommonErrors.html]
 */
export const outcomes: OutcomeTable = {
  AccessDeniedException: 'credentials',
  // The account is in AWS's sandbox.
  'ConflictException/DESTINATION_PHONE_NUMBER_NOT_VERIFIED': 'sender-not-allowed',
  // On a list of the account's or the sender's; the user asks for a code now.
  'ConflictException/DESTINATION_PHONE_NUMBER_OPTED_OUT': 'sender-not-allowed',
  // Rules of the account's owner.
  'ConflictException/DESTINATION_COUNTRY_BLOCKED_BY_PROTECT_CONFIGURATION': 'blocked',
  'ConflictException/DESTINATION_PHONE_NUMBER_BLOCKED_BY_PROTECT_NUMBER_OVERRIDE': 'blocked',
  'ConflictException/MESSAGE_TYPE_MISMATCH': 'sender-not-allowed',
  'ConflictException/NO_ORIGINATION_IDENTITIES_FOUND': 'sender-not-allowed',
  'ConflictException/NUMBER_CAPABILITIES_MISMATCH': 'sender-not-allowed',
  'ConflictException/REGISTRATION_NOT_COMPLETE': 'sender-not-allowed',
  'ConflictException/RESOURCE_NOT_ACTIVE': 'sender-not-allowed',
  // The sender, the pool or the configuration set.
  ResourceNotFoundException: 'sender-not-allowed',
  ServiceQuotaExceededException: 'quota',
  ThrottlingException: 'throttled',
  'ValidationException/DestinationPhoneNumber': 'invalid-number',
  'ValidationException/MessageBody': 'content',
  'ValidationException/OriginationIdentity': 'sender-not-allowed',
  'ValidationException/CHANNEL_NOT_ENABLED': 'sender-not-allowed',
  'ValidationException/COUNTRY_CODE_MISMATCH': 'sender-not-allowed',
  'ValidationException/COUNTRY_NOT_ENABLED': 'sender-not-allowed',
  'ValidationException/DESTINATION_COUNTRY_BLOCKED': 'sender-not-allowed',
  'ValidationException/INTERNATIONAL_SENDING_NOT_SUPPORTED': 'sender-not-allowed',
  'ValidationException/INVALID_ARN': 'sender-not-allowed',
  'ValidationException/INVALID_IDENTITY_FOR_DESTINATION_COUNTRY': 'sender-not-allowed',
  // Too dear there.
  'ValidationException/PRICE_OVER_THRESHOLD': 'sender-not-allowed',
  'ValidationException/MAXIMUM_SIZE_EXCEEDED': 'content',
  'ValidationException/RESOURCE_NOT_ACCESSIBLE': 'sender-not-allowed',
  'ValidationException/SENDER_ID_NOT_REGISTERED': 'sender-not-allowed',
  'ValidationException/SENDER_ID_NOT_SUPPORTED': 'sender-not-allowed',
  'ValidationException/SENDER_ID_REQUIRES_REGISTRATION': 'sender-not-allowed',
  // Errors that all of AWS's services share.
  ExpiredTokenException: 'credentials',
  IncompleteSignature: 'credentials',
  IncompleteSignatureException: 'credentials',
  InvalidClientTokenId: 'credentials',
  InvalidSignatureException: 'credentials',
  MissingAuthenticationToken: 'credentials',
  MissingAuthenticationTokenException: 'credentials',
  NotAuthorized: 'credentials',
  OptInRequired: 'credentials',
  RequestExpired: 'credentials',
  // A temporary failure of the server.
  ServiceUnavailable: 'gateway-down',
  UnrecognizedClientException: 'credentials',
};
