// MQTT 3.1.1 in raw bytes: a message is encoded once, and only its digits change from one sending to the next.

/** Section 3.1: clean session, user name and password, keep-alive in seconds (0: none). */
export function connectPacket(client: {
  id: string
  username: string
  password: string
  keepAlive: number
}): Buffer {
  const flags = 0b1100_0010
  const { keepAlive } = client
  const header = Buffer.from([0, 4, 77, 81, 84, 84, 4, flags, keepAlive >> 8, keepAlive & 0xff])
  const texts = [client.id, client.username, client.password].map(withLength)
  return packet(0x10, Buffer.concat([header, ...texts]))
}

/** Section 3.8, one filter of QoS 1. */
export const subscribePacket = (filter: string): Buffer =>
  packet(0x82, Buffer.concat([Buffer.from([0, 1]), withLength(filter), Buffer.from([1])]))

export const pingPacket = Buffer.from([0xc0, 0])

/** Section 3.3, QoS 1. */
export const publishPacket = (topic: string, messageId: number, payload: string): Buffer =>
  packet(
    0x32,
    Buffer.concat([withLength(topic), Buffer.from([messageId >> 8, messageId & 0xff]), Buffer.from(payload)]),
  )

function withLength(text: string): Buffer {
  const bytes = Buffer.from(text)
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes])
}

function packet(first: number, body: Buffer): Buffer {
  const length: number[] = []
  for (let left = body.length; ; left = Math.floor(left / 128)) {
    const more = left >= 128
    length.push((left % 128) + (more ? 128 : 0))
    if (!more) break
  }
  return Buffer.concat([Buffer.from([first, ...length]), body])
}

/** A PUBLISH whose id and times are written anew before each sending: `next` gives the same buffer every time. */
export type Message = { values: number; next(count: number, at: number): Buffer }

const timeDigits = '0000000000000'
const countDigits = '000000000'

/** How a message looks: four live values, sixty that were buffered, a hazard, or any payload. */
export type Shape = 'values' | 'buffered' | 'alarm' | 'sos'

const kinds = ['co', 'gas', 'temperature', 'battery'] as const
const values = [0.5, 0.2, 21.5, 97]
export const bufferedValues = 60

export function encodeMessage(told: {
  topic: string
  messageId: number
  idStart: string
  shape: Shape
}): Message {
  const id = `"id":"${told.idStart}-${countDigits}"`
  const time = `"time":${timeDigits}`
  const payloads: Record<Shape, string> = {
    values: `{${id},${time},"values":[${kinds.map((kind, nth) => `{"kind":"${kind}","value":${values[nth]}}`).join()}]}`,
    buffered: `{${id},"values":[${Array.from({ length: bufferedValues }, (_, nth) => `{"kind":"co","value":${nth % 5},${time}}`).join()}]}`,
    alarm: `{${id},${time},"kind":"co","active":true}`,
    sos: `{${id},${time}}`,
  }
  const bytes = publishPacket(told.topic, told.messageId, payloads[told.shape])
  const countAt = bytes.indexOf(`-${countDigits}`) + 1
  const timesAt = placesOf(bytes, `"time":${timeDigits}`).map((place) => place + 7)
  return {
    values: told.shape === 'values' ? 4 : told.shape === 'buffered' ? bufferedValues : 1,
    next(count, at) {
      writeDigits(bytes, { at: countAt, digits: 9, value: count })
      // Of several times in one message the last is the newest, a second after the one before.
      timesAt.forEach((place, nth) =>
        writeDigits(bytes, { at: place, digits: 13, value: at - (timesAt.length - 1 - nth) * 1000 }),
      )
      return bytes
    },
  }
}

function placesOf(bytes: Buffer, text: string): number[] {
  const places: number[] = []
  for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1)) places.push(at)
  return places
}

function writeDigits(
  bytes: Buffer,
  { at, digits, value }: { at: number; digits: number; value: number },
): void {
  let left = value
  for (let place = at + digits - 1; place >= at; place -= 1) {
    const rest = Math.floor(left / 10)
    bytes[place] = 48 + (left - rest * 10)
    left = rest
  }
}
