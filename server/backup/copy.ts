// COPY over a connection of pg, which leaves it to whoever submits a query to take its messages. In both directions
// only some rows are in memory at a time.
import { once } from 'node:events'
import type { Client, Connection } from 'pg'

/** What pg calls on a query while COPY is under way, besides `submit`. */
type Copy = {
  submit(connection: Connection): void
  handleCopyInResponse?(): void
  handleCopyData?(message: { chunk: Buffer }): void
  handleCommandComplete(): void
  handleReadyForQuery(): void
  handleError(error: Error): void
}

/** pg's connection as far as its types leave it out. */
type Wire = Connection & {
  sendCopyFromChunk(chunk: Buffer): void
  endCopyFrom(): void
  sendCopyFail(reason: string): void
}

/** Rows are handed on in pieces of this size, and as much again is read ahead. */
const pieceBytes = 256 * 1024

/** @param text `copy … to stdout` @returns lines of COPY's text format, as many at a time as fill a piece */
export async function* copyOut(client: Client, text: string): AsyncGenerator<Buffer> {
  const { copy, state } = outward(text)
  client.query(copy)
  for (;;) {
    if (!state.isOver && !state.problem && state.bytes < pieceBytes)
      await new Promise<void>((resolve) => (state.wake = resolve))
    if (state.problem) throw state.problem
    const piece = Buffer.concat(state.rows)
    state.rows = []
    state.bytes = 0
    if (piece.length > 0) yield piece
    else if (state.isOver) return
    state.wire?.stream.resume()
  }
}

function outward(text: string) {
  const state = {
    wire: undefined as Wire | undefined,
    rows: [] as Buffer[],
    bytes: 0,
    isOver: false,
    problem: undefined as Error | undefined,
    wake: () => {},
  }
  const copy: Copy = {
    submit(connection) {
      state.wire = connection as Wire
      connection.query(text)
    },
    handleCopyData({ chunk }) {
      // pg reads the next packet into the same memory
      state.rows.push(Buffer.from(chunk))
      state.bytes += chunk.length
      if (state.bytes < pieceBytes) return
      state.wire?.stream.pause()
      state.wake()
    },
    handleCommandComplete: () => {},
    handleReadyForQuery() {
      state.isOver = true
      state.wake()
    },
    handleError(error) {
      state.problem = error
      state.wake()
    },
  }
  return { copy, state }
}

/** @param text `copy … from stdin` @param pieces lines of COPY's text format; what they throw ends the statement */
export async function copyIn(client: Client, text: string, pieces: AsyncIterable<Buffer>): Promise<void> {
  let wire: Wire | undefined
  let begin = (): void => {}
  let fail: (error: Error) => void = () => {}
  const begun = new Promise<void>((resolve) => (begin = resolve))
  const over = new Promise<void>((resolve, reject) => {
    fail = reject
    const copy: Copy = {
      submit(connection) {
        wire = connection as Wire
        connection.query(text)
      },
      handleCopyInResponse: () => begin(),
      handleCommandComplete: () => {},
      handleReadyForQuery: () => resolve(),
      handleError: reject,
    }
    client.query(copy)
  })
  await Promise.race([begun, over])
  if (!wire) return over
  const sending = send(wire, pieces).catch((error: unknown) => fail(error as Error))
  await over
  await sending
}

async function send(wire: Wire, pieces: AsyncIterable<Buffer>): Promise<void> {
  try {
    for await (const piece of pieces) {
      wire.sendCopyFromChunk(piece)
      if (wire.stream.writableNeedDrain) await once(wire.stream, 'drain')
    }
    wire.endCopyFrom()
  } catch (error) {
    wire.sendCopyFail('the file ended or is damaged')
    throw error
  }
}
