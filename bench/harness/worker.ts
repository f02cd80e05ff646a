// A process of our own that is asked and answers: load generators and yardsticks must not share a thread with anyone.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { typescript } from '../../server/setup/places.mjs'
import { undoLater } from './undo.ts'

export type Worker = {
  pid: number
  ask<R>(what: string, told?: object): Promise<R>
  stop(): Promise<void>
}

type Question = { id: number; what: string; told: object }
type Answer = { id: number; answer?: unknown; error?: string }

/** @param program a module that calls answerParent */
export function startWorker(program: URL, nodeArguments: readonly string[] = []): Worker {
  const child = fork(fileURLToPath(program), {
    execArgv: ['--import', typescript, ...nodeArguments],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const waiting = new Map<number, (answer: Answer) => void>()
  let lastId = 0
  child.on('message', (answer: Answer) => {
    waiting.get(answer.id)?.(answer)
    waiting.delete(answer.id)
  })
  const exited = once(child, 'exit')
  child.once('exit', () => {
    for (const [id, tell] of waiting) tell({ id, error: `${program.pathname} ended` })
  })
  const stop = undoLater(async () => {
    child.kill('SIGKILL')
    await exited
  })
  return {
    pid: child.pid ?? 0,
    async ask<R>(what: string, told: object = {}) {
      const id = (lastId += 1)
      const answered = new Promise<Answer>((resolve) => waiting.set(id, resolve))
      child.send({ id, what, told } satisfies Question)
      const { answer, error } = await answered
      if (error !== undefined) throw new Error(`${what}: ${error}`)
      return answer as R
    },
    stop,
  }
}

type Answering = (told: never) => unknown

/** The other end: each question has its function. The process ends with its parent. */
export function answerParent(answers: Record<string, Answering>): void {
  process.on('disconnect', () => process.exit(0))
  // Ctrl-C reaches the whole group; the parent ends us in its own order.
  process.on('SIGINT', () => {})
  process.on('message', ({ id, what, told }: Question) => {
    const answer = async () => await answers[what]?.(told as never)
    answer().then(
      (value) => process.send?.({ id, answer: value } satisfies Answer),
      (error: unknown) =>
        process.send?.({
          id,
          error: error instanceof Error ? (error.stack ?? error.message) : String(error),
        }),
    )
  })
}
