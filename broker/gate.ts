import { Duplex } from 'node:stream'
import { acknowledgements, bareFrame, createFrameReader, type Frame, type Publish } from './frames.ts'
import type { BrokerLimits } from './limits.ts'
import { topicProblem } from './text.ts'

/** A PUBLISH as it came. `topic` is safe to read as text only where there is no `problem`. */
export type Passed = {
  problem: 'bad_utf8' | 'bad_topic' | undefined
  topic: string
  publish: Publish
}

type GateOptions = {
  source: Duplex
  limits: BrokerLimits
  /** Whether one more PUBLISH may go on; after a `false` the owner calls `advance` when that may have changed. */
  mayPass: () => boolean
  /** A PUBLISH of QoS 0 or 1, which aedes never sees: the owner calls `acknowledge` when it is stored. */
  onPublish: (passed: Passed) => void
  onBroken: (frame: Frame & { kind: 'broken' }) => void
  /** The device is gone. What it sent before is still handed on, then the gate ends. */
  onGone: () => void
}

/**
 * Stands between a socket and aedes and hands on whole packets, one at a time.
 *
 * One at a time, because aedes reads on only when everything that it took in one read is done: a ping, an
 * acknowledgement or a DISCONNECT would wait behind messages that are waiting for the database.
 *
 * A PUBLISH of QoS 0 or 1 does not go through aedes at all: of what aedes does with it (parse it again, keep it,
 * deliver it) nothing is wanted here, and it was a third of what a message cost (docs/performance.md).
 */
export class Gate extends Duplex {
  readonly advance = (): void => this.#advance()
  readonly #options: GateOptions
  readonly #read: (chunk: Buffer) => Frame[]
  /** Made for the first QoS 2 message: most devices never send one, and idle connections are many. */
  #tickets: Map<string, Passed> | undefined
  #held: Frame[] = []
  #lastTopic = noTopic
  #acknowledged: number[] = []
  #drain: NodeJS.Timeout | undefined
  /** aedes was given a PUBLISH (QoS 2) and has not asked for its ticket yet: what follows must not pass it. */
  #isAsked = false
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

  takeTicket(topic: string): Passed | undefined {
    const ticket = this.#tickets?.get(topic)
    if (ticket === undefined) return undefined
    this.#tickets?.delete(topic)
    this.#isAsked = false
    process.nextTick(this.advance)
    return ticket
  }

  /** PUBACK, in one write with all others of this tick: a commit acknowledges many messages of a busy device. */
  acknowledge(messageId: number): void {
    this.#acknowledged.push(messageId)
    if (this.#acknowledged.length === 1) process.nextTick(this.#writeAcknowledged)
  }

  readonly #writeAcknowledged = (): void => {
    const { source, limits } = this.#options
    const bytes = acknowledgements(this.#acknowledged)
    this.#acknowledged = []
    if (source.destroyed || source.writableEnded || source.write(bytes) || this.#drain !== undefined) return
    // Who does not read what it asked for is not read either, and is cut when it goes on.
    this.#drain = setTimeout(() => this.destroy(), limits.drainMs)
    source.once('drain', () => {
      clearTimeout(this.#drain)
      this.#drain = undefined
      this.#advance()
    })
  }

  /** Whether such a message is among those that wait here: what its device said before must go first. */
  holds(isSuch: (publish: Publish) => boolean): boolean {
    return this.#held.some((frame) => frame.kind === 'publish' && isSuch(frame.publish))
  }

  /** The device has gone (the event `gone`), and nothing that it said is waiting to be handed on. */
  get hasLeft(): boolean {
    return this.destroyed || (this.#hasEnded && !this.holds(() => true))
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
    this.emit('gone')
    this.#advance()
  }

  #advance(): void {
    while (!this.destroyed && !this.readableEnded && this.readableLength === 0 && !this.#isAsked) {
      if (this.#held.length === 0) return void (this.#hasEnded && this.push(null))
      if (!this.#isOpen && this.#handed > 0) return
      const next = this.#takeNext()
      if (next === undefined) return
      this.#handed++
      this.#heldBytes -= costBytesOf(next)
      const { source, limits } = this.#options
      if (source.isPaused() && this.#heldBytes < limits.heldBytesMax / 2) source.resume()
      if (next.kind !== 'publish') this.push(next.bytes)
      else if (next.publish.qos === 2) this.push(this.#ticketOf(next.publish))
      else this.#options.onPublish(this.#looked(next.publish))
    }
  }

  /** A ping overtakes messages that are held back, so that a slow database does not look like a dead device. */
  #takeNext(): Frame | undefined {
    const isHeldBack =
      this.#held[0]?.kind === 'publish' && (this.#drain !== undefined || !this.#options.mayPass())
    if (!isHeldBack) return this.#held.shift()
    const pingAt = this.#held.findIndex(({ kind }) => kind === 'ping')
    return pingAt < 0 ? undefined : this.#held.splice(pingAt, 1)[0]
  }

  /** A device says most things under one topic, so that is looked at once. */
  #looked(publish: Publish): Passed {
    if (publish.topic.equals(this.#lastTopic.bytes))
      return { problem: undefined, topic: this.#lastTopic.text, publish }
    const problem = topicProblem(publish.topic, this.#options.limits)
    const topic = publish.topic.toString()
    if (problem === undefined) this.#lastTopic = { bytes: Buffer.from(publish.topic), text: topic }
    return { problem, topic, publish }
  }

  /** What aedes sees of a PUBLISH: only that there is one to acknowledge. */
  #ticketOf(publish: Publish): Buffer {
    const name = `$gate/${this.#handed}`
    this.#tickets ??= new Map()
    this.#tickets.set(name, this.#looked(publish))
    this.#isAsked = true
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
    this.#tickets = undefined
    clearTimeout(this.#drain)
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

const noTopic = { bytes: Buffer.alloc(0), text: '' }

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
