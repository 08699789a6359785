import { errorCatalogue } from '../kernel/index.ts';
import { failureFields, publicText } from './failure-fields.ts';
import { jsonAnswer } from './json.ts';
import type { Answer, Failure } from './surface.ts';

/** codeEnvelope renders failures of our own surfaces: `{error: {code, message, help}}`, with the code of the catalogue. */
export const codeEnvelope =
  (challenge: string | null) =>
  (failure: Failure): Answer => {
    const { status, help } = errorCatalogue[failure.code];
    const error = { code: failure.code, message: publicText(failure), help };
    return jsonAnswer(status, { error }, failureFields(failure, challenge));
  };
