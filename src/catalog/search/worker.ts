import { parentPort, workerData } from 'node:worker_threads';
import { asAppError } from '../../kernel/index.ts';
import { SearchEngine } from './engine.ts';
import type { Answer, AnswerMessage, Question, QuestionMessage } from './messages.ts';

/**
 * The search thread: answers one question after the other. It opens the catalogue with the first question and again
 * after a failure to open, so that a catalogue repaired meanwhile works without a restart.
 */
const port = parentPort;
const path: unknown = workerData;
let engine: SearchEngine | null = null;

const answer = (question: Question): Answer => {
  engine ??= new SearchEngine(String(path));
  switch (question.kind) {
    case 'load':
      return { kind: 'load', value: engine.load() };
    case 'list':
      return { kind: 'list', value: engine.list(question.query) };
    case 'kev':
      return { kind: 'kev', value: engine.kevList(question.query) };
    case 'vendors':
      return { kind: 'vendors', value: engine.vendors(question.query) };
    case 'products':
      return { kind: 'products', value: engine.products(question.query) };
    case 'weaknesses':
      return { kind: 'weaknesses', value: engine.weaknesses(question.query) };
    case 'statistics':
      return { kind: 'statistics', value: engine.statistics() };
  }
};

const reply = ({ sequence, question }: QuestionMessage): AnswerMessage => {
  try {
    return { sequence, answer: answer(question) };
  } catch (error) {
    const { code, message, internal } = asAppError(error);
    return { sequence, failure: { code, message, internal } };
  }
};

port?.on('message', (message: QuestionMessage) => port.postMessage(reply(message)));
