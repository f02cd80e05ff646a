import process from 'node:process'

/** How often a process looks whether its npm is still there. */
const lookMs = 200
/** One Ctrl-C can arrive twice, from the terminal and forwarded by npm; a person's second one comes later. */
const echoMs = 400

/**
 * Asks this process to stop when the npm that started it is gone. A SIGTERM to npm ends npm and its shell but, where
 * that shell is dash, never reaches us: without this the server would live on and hold the ports and the data.
 */
export function stopWithNpm() {
  if (!process.env['npm_lifecycle_event']) return
  const parent = process.ppid
  const look = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(look)
    process.kill(process.pid, 'SIGTERM')
  }, lookMs)
  look.unref()
}

/**
 * Calls `clean` at the first Ctrl-C, SIGTERM or closed terminal, and `quick` when somebody insists.
 * @returns a function that stops listening
 */
export function onStop({ clean, quick }) {
  let firstAt
  const hear = (signal) => {
    const nowAt = performance.now()
    if (firstAt === undefined) {
      firstAt = nowAt
      clean(signal)
    } else if (nowAt - firstAt > echoMs) quick(signal)
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  for (const signal of signals) process.on(signal, hear)
  return () => {
    for (const signal of signals) process.off(signal, hear)
  }
}
