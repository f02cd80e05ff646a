import { isUtf8 } from 'node:buffer'
import type { BrokerLimits } from './limits.ts'

/**
 * Why a topic cannot be handed on, or undefined. aedes lets NUL and bad UTF-8 through (one NUL failed a whole
 * batch in PostgreSQL) and closes the connection for the rest, after which the device sends it again for ever.
 */
export function topicProblem(
  topic: Buffer,
  limits: Pick<BrokerLimits, 'topicBytesMax' | 'topicLevelsMax'>,
): 'bad_utf8' | 'bad_topic' | undefined {
  if (topic.length === 0 || topic.length > limits.topicBytesMax) return 'bad_topic'
  if (!isUtf8(topic) || topic.includes(0)) return 'bad_utf8'
  let levels = 1
  for (const byte of topic) {
    if (byte === PLUS || byte === HASH) return 'bad_topic'
    if (byte === SLASH) levels++
  }
  // $ belongs to the broker (MQTT 4.7.2); our own tickets travel there.
  return levels > limits.topicLevelsMax || topic[0] === DOLLAR ? 'bad_topic' : undefined
}

/** True when text decoded by the MQTT parser held NUL, or bytes that were no UTF-8 (MQTT-1.5.3-1, -2). */
export const isBadText = (text: string): boolean => text.includes('\0') || text.includes('\uFFFD')

/** What a stranger said, safe to store and to print: bounded, and without control characters. */
export const safeText = (text: string, charsMax: number): string =>
  // oxlint-disable-next-line no-control-regex -- these are what it is for
  text.slice(0, charsMax).replace(/[\u0000-\u001f\u007f-\u009f\ud800-\udfff]/gu, '\uFFFD')

const PLUS = 43
const HASH = 35
const SLASH = 47
const DOLLAR = 36
