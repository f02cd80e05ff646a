import process from 'node:process'
import { readArguments } from './arguments.mjs'
import { prepare } from './prepare.mjs'
import { explain } from './plain-problem.mjs'
import { stopWithNpm } from './stop.mjs'

/** Prepares the tree (packages, dashboard), then becomes the server: one process, so Ctrl-C reaches it directly. */
export async function start() {
  const { demo, unknown } = readArguments(process.argv.slice(2), process.env)
  if (unknown.length > 0) {
    process.stderr.write(`npm start knows --no-demo and --demo, and not ${unknown.join(' ')}.\n`)
    process.exitCode = 1
    return
  }
  stopWithNpm()
  if (demo !== undefined) process.env['DEMO'] = demo
  try {
    await prepare({ packages: 'production' })
  } catch (problem) {
    explain(problem)
    return
  }
  await becomeServer()
}

async function becomeServer() {
  await import('./typescript.mjs')
  await import('../main.ts')
}
