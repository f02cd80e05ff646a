import process from 'node:process'

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']

/**
 * One calm line for something slow: a spinner with the elapsed seconds on a terminal; in a log a line at the start,
 * one every 15 s, and one at the end.
 */
export function showProgress(title) {
  const startedAt = Date.now()
  const lively = process.stdout.isTTY && !process.env['CI'] && process.env['TERM'] !== 'dumb'
  const seconds = () => `${Math.round((Date.now() - startedAt) / 1000)} s`
  const rewrite = (text) => process.stdout.write(`\r\u001b[2K${text}`)
  let frame = 0
  const tick = () => {
    if (!lively) return process.stdout.write(`  ${title}: ${seconds()} so far\n`)
    frame = (frame + 1) % frames.length
    return rewrite(`${frames[frame]} ${title}  ${seconds()}`)
  }
  process.stdout.write(lively ? `${frames[0]} ${title}` : `  ${title} ...\n`)
  const timer = setInterval(tick, lively ? 120 : 15_000)
  return {
    end(isGood) {
      clearInterval(timer)
      const mark = isGood ? '✔' : '✘'
      if (lively) rewrite(`${mark} ${title}  ${seconds()}\n`)
      else process.stdout.write(`${mark} ${title}: ${seconds()}\n`)
    },
    stop() {
      clearInterval(timer)
    },
  }
}
