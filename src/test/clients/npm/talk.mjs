// The npm packages openai and @ai-sdk/openai-compatible (with ai, which is how it is used), a call for each line read.
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateText, streamText } from 'ai';
import OpenAI from 'openai';
import { createInterface } from 'node:readline';

const [library, address] = process.argv.slice(2);
const MOST = 40;
const messages = [{ role: 'user', content: 'hi' }];

const openai = new OpenAI({ baseURL: `${address}/v1`, apiKey: 'k' });
const sdk = createOpenAICompatible({ name: 'coda', baseURL: `${address}/v1`, includeUsage: true });

async function openaiStream(most) {
  const stream = await openai.chat.completions.create({
    model: 'bytes', messages, max_tokens: MOST, stream: true, stream_options: { include_usage: true },
  });
  const pieces = [];
  let finish = null;
  let tokens = null;
  try {
    for await (const chunk of stream) {
      tokens = chunk.usage?.completion_tokens ?? tokens;
      if (chunk.choices.length === 0) continue;
      pieces.push(chunk.choices[0].delta.content ?? '');
      finish = chunk.choices[0].finish_reason ?? finish;
      if (pieces.length === most) break; // which aborts the request
    }
  } catch (error) {
    return { text: pieces.join(''), error: String(error) };
  }
  return { text: pieces.join(''), pieces: pieces.length, finish, tokens };
}

async function sdkStream(most) {
  const leaving = new AbortController();
  const stream = streamText({
    model: sdk.chatModel('bytes'), messages, maxOutputTokens: MOST, abortSignal: leaving.signal, onError() {},
  });
  const pieces = [];
  let finish = null;
  let tokens = null;
  for await (const part of stream.fullStream) {
    if (part.type === 'text-delta') pieces.push(part.text);
    if (part.type === 'finish') {
      finish = part.finishReason;
      tokens = part.totalUsage.outputTokens;
    }
    if (part.type === 'error') return { text: pieces.join(''), error: String(part.error) };
    if (pieces.length === most) leaving.abort();
  }
  return { text: pieces.join(''), pieces: pieces.length, finish, tokens };
}

const calls = {
  openai: {
    async chat() {
      const answer = await openai.chat.completions.create({ model: 'bytes', messages, max_tokens: MOST });
      return {
        text: answer.choices[0].message.content,
        finish: answer.choices[0].finish_reason,
        tokens: answer.usage.completion_tokens,
      };
    },
    async completion() {
      const answer = await openai.completions.create({ model: 'bytes', prompt: 'int x', suffix: ';\n', max_tokens: 8 });
      return { text: answer.choices[0].text, finish: answer.choices[0].finish_reason };
    },
    async models() {
      const names = [];
      for await (const model of openai.models.list()) names.push(model.id);
      return { text: names.join(' ') };
    },
    stream: () => openaiStream(Infinity),
    cancel: () => openaiStream(2),
  },
  sdk: {
    async chat() {
      const answer = await generateText({ model: sdk.chatModel('bytes'), messages, maxOutputTokens: MOST });
      return { text: answer.text, finish: answer.finishReason, tokens: answer.usage.outputTokens };
    },
    async completion() {
      const answer = await generateText({ model: sdk.completionModel('bytes'), prompt: 'int x', maxOutputTokens: 8 });
      return { text: answer.text, finish: answer.finishReason };
    },
    stream: () => sdkStream(Infinity),
    cancel: () => sdkStream(2),
  },
}[library];

for await (const name of createInterface({ input: process.stdin })) {
  let said;
  try {
    said = await calls[name]();
  } catch (error) {
    const last = error.lastError ?? error;
    said = { error: String(error), status: last.status ?? last.statusCode ?? null };
  }
  console.log(JSON.stringify(said));
}
