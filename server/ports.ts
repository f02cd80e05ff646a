// Which port to listen on: the demo takes the next free one and says so; a real service never moves by itself.
import { execFile } from 'node:child_process'
import { createServer } from 'node:net'
import { promisify } from 'node:util'

export type PortWish = { host: string; port: number; variable: string; mayMove: boolean }

/** A taken port of a demo is looked past this far. */
const portsTriedMax = 50

/** @throws Error naming the port, the variable, and the process if it can be seen */
export async function choosePort({ host, port, variable, mayMove }: PortWish): Promise<number> {
  if (port === 0 || (await isFree(host, port))) return port
  if (!mayMove) throw new Error(await takenMessage(port, variable))
  for (let next = port + 1; next <= port + portsTriedMax; next += 1) if (await isFree(host, next)) return next
  throw new Error(await takenMessage(port, variable))
}

async function takenMessage(port: number, variable: string): Promise<string> {
  const holder = await whoHolds(port)
  return `Port ${port} is taken${holder ? ` by ${holder}` : ''}. Stop that, or set ${variable} to another port.`
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' || error.code === 'EACCES' ? resolve(false) : reject(error),
    )
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve(true)))
  })
}

/** "name (pid 123)" where the system shows it; undefined elsewhere. */
async function whoHolds(port: number): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)('ss', ['-Hltnp', `sport = :${port}`], { timeout: 2000 })
    const found = /users:\(\("([^"]+)",pid=(\d+)/.exec(stdout)
    return found ? `${found[1]} (pid ${found[2]})` : undefined
  } catch {
    return undefined
  }
}
