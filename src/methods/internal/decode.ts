import { Compile, type Validator } from 'typebox/compile';
import type { TLocalizedValidationError } from 'typebox/error';
import type { JsonValue } from '../../ports/text/json.ts';
import { WireError } from '../../protocol/error-response.ts';
import { parseStrictJson } from '../../protocol/strict-json.ts';
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

function jsonOf(bytes: Uint8Array): JsonValue {
  try {
    return parseStrictJson(bytes);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw new Problem('invalid-json', error.description.replace(/^the decrypted request /, 'the body '));
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
