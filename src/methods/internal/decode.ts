import { Compile, type Validator } from 'typebox/compile';
import type { TLocalizedValidationError } from 'typebox/error';
import { JsonFault, type JsonValue, readJson } from '../../ports/text/json.ts';
import { type OperationName, operations, type RequestOf } from './operations.ts';
import { type FieldFault, Problem } from './problems.ts';
import { type SchemaName, schemas } from './schemas.ts';

/**
 * The request of an operation: the body as it came, or the parameters of the path. Members that the schema doesn't name
 * are ignored. Throws `Problem` `invalid-json` or `invalid-request`, which names every member that is wrong.
 */
export function decodeRequest<Name extends OperationName>(
  operation: Name,
  input: Uint8Array | Readonly<Record<string, string>>,
): RequestOf<Name> {
  const value = input instanceof Uint8Array ? jsonOf(input) : input;
  const name = operations[operation].request;
  const validator = validatorOf(name);
  if (validator.Check(value)) return value as RequestOf<Name>;
  const errors = faultsOf(name, validator.Errors(value));
  const [first] = errors;
  const where = first === undefined || first.pointer === '#' ? '' : `${first.pointer} `;
  throw new Problem('invalid-request', `${where}${first?.detail ?? 'is not as described'}`, { errors });
}

const KEY = /^[A-Za-z0-9:_-]{1,100}$/;

/**
 * The request id of the call by Google that is in the header, with quotes around it or without. [HDR-1] Throws `Problem`
 * `idempotency-key-missing` or, of another form, `invalid-request`.
 */
export function readIdempotencyKey(header: string | undefined): string {
  if (header === undefined)
    throw new Problem('idempotency-key-missing', 'send the request id of the call by Google in it');
  const [, key = header] = /^"([^"]*)"$/.exec(header) ?? [];
  if (KEY.test(key)) return key;
  throw new Problem('invalid-request', 'Idempotency-Key must be 1 to 100 characters from a-z A-Z 0-9 : - _');
}

function jsonOf(bytes: Uint8Array): JsonValue {
  try {
    return readJson(bytes);
  } catch (error) {
    throw error instanceof JsonFault ? new Problem('invalid-json', `the body ${error.message}`) : error;
  }
}

const validators = new Map<SchemaName, Validator>();

/** Compiled when it is needed first. */
function validatorOf(name: SchemaName): Validator {
  const validator = validators.get(name) ?? Compile(schemas[name]);
  validators.set(name, validator);
  return validator;
}

function faultsOf(name: SchemaName, found: readonly TLocalizedValidationError[]): readonly FieldFault[] {
  const choices = found
    .filter(({ keyword }) => keyword === 'oneOf')
    .map(({ schemaPath }) => `${schemaPath}/oneOf/`);
  return (
    found
      // Of a choice that was not made it is told that there is one, and not what each branch would have liked.
      .filter(({ schemaPath }) => !choices.some((choice) => schemaPath.startsWith(choice)))
      .flatMap((error) => faultOf(name, error))
  );
}

function faultOf(name: SchemaName, error: TLocalizedValidationError): readonly FieldFault[] {
  const pointer = `#${error.instancePath}`;
  switch (error.keyword) {
    case 'required':
      return error.params.requiredProperties.map((member) => ({
        pointer: `${pointer}/${member}`,
        detail: 'is required',
      }));
    case 'type':
      return [{ pointer, detail: `must be of type ${[error.params.type].flat().join(' or ')}` }];
    case 'enum':
      return [{ pointer, detail: `must be one of ${error.params.allowedValues.join(', ')}` }];
    case 'pattern':
      return [{ pointer, detail: `must match ${error.params.pattern}` }];
    case 'oneOf':
      return [{ pointer, detail: `must have exactly one of ${alternativesOf(name).join(', ')}` }];
    default:
      return [{ pointer, detail: error.message }];
  }
}

/** Of the choices that there are, which all are between members of the request itself. */
function alternativesOf(name: SchemaName): readonly string[] {
  const { oneOf = [] } = schemas[name] as {
    readonly oneOf?: readonly { readonly required: readonly string[] }[];
  };
  return oneOf.flatMap(({ required }) => required);
}
