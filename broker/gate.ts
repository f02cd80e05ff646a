import { Duplex } from 'node:stream'
import { bareFrame, createFrameReader, type Frame, type Publish } from './frames.ts'
import type { BrokerLimits } from './limits.ts'
import { topicProblem } from './text.ts'

/** What aedes must not see of a PUBLISH, kept under the topic that it sees in its place. */
export type Ticket = {
  reason: 'bad_utf8' | 'bad_topic' | 'too_large'
  topic: string
  publish: Publish
}

type GateOptions = {
  source: Duplex
  limits: BrokerLimits
  /** Whether one more PUBLISH may go on; after a `false` the owner calls `advance` when that may have changed. */
  mayPass: () => boolean
  onBroken: (frame: Frame & { kind: 'broken' }) => void
  /** The device is gone. What it sent before is still handed on, then the gate ends. */
  onGone: () => void
}

/**
 * Stands between a socket and aedes and hands on whole packets, one at a time.
 *
 * One at a time, because aedes reads on only when everything that it took in one read is done: a ping, an
 * acknowledgement or a DISCONNECT would wait behind messages that are waiting for the database.
 */
export class Gate extends Duplex {
  readonly advance = (): void => this.#advance()
  readonly #options: GateOptions
  readonly #read: (chunk: Buffer) => Frame[]
  readonly #tickets = new Map<string, Ticket>()
  #held: Frame[] = []
  #heldBytes = 0
  #handed = 0
  #isOpen = false
  #hasEnded = false

  constructor(options: GateOptions) {
    super({ allowHalfOpen: true })
    this.#options = options
    this.#read = createFrameReader(options.limits)
    const { source } = options
    source.on('data', (chunk: Buffer) => this.#take(chunk))
    // An error is always followed by 'close'; without a listener it would end the process.
    source.on('error', () => source.destroy())
    source.once('end', () => this.#end())
    source.once('close', () => this.#end())
  }

  /** Until the device has been let in, only its CONNECT goes on; aedes would handle what follows as if it were. */
  open(): void {
    this.#isOpen = true
    this.#advance()
  }

  takeTicket(topic: string): Ticket | undefined {
    const ticket = this.#tickets.get(topic)
    if (ticket !== undefined) this.#tickets.delete(topic)
    return ticket
  }

  /** Bytes written to this device and not yet taken by its socket. */
  get unsentBytes(): number {
    return this.writableLength + this.#options.source.writableLength
  }

  #take(chunk: Buffer): void {
    for (const frame of this.#read(chunk)) {
      if (frame.kind === 'broken') return this.#break(frame)
      this.#heldBytes += costBytesOf(frame)
      this.#held.push(frame)
    }
    if (this.#heldBytes > this.#options.limits.heldBytesMax) this.#options.source.pause()
    this.#advance()
  }

  #break(frame: Frame & { kind: 'broken' }): void {
    this.#options.onBroken(frame)
    this.#options.source.removeAllListeners('data')
    if (this.#handed + this.#held.length === 0) return void this.destroy()
    this.#end()
  }

  #end(): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#options.onGone()
    this.#advance()
  }

  #advance(): void {
    if (this.destroyed || this.readableEnded || this.readableLength > 0) return
    if (this.#held.length === 0) {
      if (this.#hasEnded) this.push(null)
      return
    }
    if (!this.#isOpen && this.#handed > 0) return
    const next = this.#takeNext()
    if (next === undefined) return
    this.#handed++
    this.#heldBytes -= costBytesOf(next)
    const { source, limits } = this.#options
    if (source.isPaused() && this.#heldBytes < limits.heldBytesMax / 2) source.resume()
    this.push(next.kind === 'publish' ? this.#seenByAedes(next) : next.bytes)
  }

  /** A ping overtakes messages that are held back, so that a slow database does not look like a dead device. */
  #takeNext(): Frame | undefined {
    const isHeldBack = this.#held[0]?.kind === 'publish' && !this.#options.mayPass()
    if (!isHeldBack) return this.#held.shift()
    const pingAt = this.#held.findIndex(({ kind }) => kind === 'ping')
    return pingAt < 0 ? undefined : this.#held.splice(pingAt, 1)[0]
  }

  #seenByAedes(frame: Frame & { kind: 'publish' }): Buffer {
    const { publish, bytes } = frame
    const isCut = publish.payload.length < publish.declaredBytes
    const reason = topicProblem(publish.topic, this.#options.limits) ?? (isCut ? 'too_large' : undefined)
    if (reason === undefined) return bytes
    const name = `$gate/${this.#handed}`
    this.#tickets.set(name, { reason, topic: publish.topic.toString(), publish })
    return bareFrame(name, publish)
  }

  override read(size?: number): Buffer | null {
    const bytes = super.read(size) as Buffer | null
    if (bytes !== null) process.nextTick(this.advance)
    return bytes
  }

  // Packets are pushed as they come. Pushed from in here, inside read(), Node would forget to say 'readable' again.
  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    const { source } = this.#options
    // Whatever goes wrong here also closes the source, and that is where it is handled.
    if (source.destroyed || source.writableEnded) return done()
    source.write(chunk, () => done())
  }

  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), 'binary', done)
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const { source, limits } = this.#options
    this.#held = []
    this.#tickets.clear()
    source.removeAllListeners('data')
    source.resume()
    // Closed means that the socket is closed too, so that who waits for the one has waited for the other.
    if (source.closed) done(error)
    else source.once('close', () => done(error))
    if (error === null && !source.destroyed) endThenDestroy(source, limits.lingerMs)
    else source.destroy()
    this.#end()
  }
}

/** Lets what was written leave (a refused CONNECT is told so), but never waits for a peer that does not read. */
function endThenDestroy(source: Duplex, lingerMs: number): void {
  const timer = setTimeout(() => source.destroy(), lingerMs)
  source.once('close', () => clearTimeout(timer))
  source.end(() => source.destroy())
}

/** What holding a frame costs: many tiny packets weigh more than their bytes. */
function costBytesOf(frame: Frame): number {
  const objectBytes = 100
  return (
    objectBytes + Math.max(frame.bytes.length, frame.kind === 'publish' ? frame.publish.payload.length : 0)
  )
}
