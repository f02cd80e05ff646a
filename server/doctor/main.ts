// npm run doctor -- --mqtt URL [--device-url URL] [--restart COMMAND] [--json]
import { exec } from 'node:child_process'
import process from 'node:process'
import { parseArgs, promisify } from 'node:util'
import { examine } from './examine.ts'
import { printed, reportOf, type Finding } from './findings.ts'

const usage = `npm run doctor -- --mqtt URL [--device-url mqtt://SERIAL:SECRET@HOST] [--restart "COMMAND"] [--json]
量一个 MQTT broker 守得住什么。退出码：0 守得住，1 有守不住的，2 连不上。
Measures what an MQTT broker can hold. Exit code: 0 it holds, 1 something cannot hold, 2 it cannot be reached.`

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      mqtt: { type: 'string' },
      'device-url': { type: 'string' },
      restart: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  })
  const { mqtt: url, 'device-url': deviceUrl, restart, json } = values
  if (url === undefined) throw new Error(usage)
  const findings: Finding[] = []
  for await (const finding of examine({
    url,
    deviceUrl,
    restart: restart === undefined ? undefined : run(restart),
  })) {
    findings.push(finding)
    if (!json) process.stderr.write(`${finding.name} `)
  }
  const report = reportOf(url, Date.now(), findings)
  process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : `\n${printed(report)}`)
  process.exitCode = report.exit
}

const run = (command: string) => async (): Promise<void> => void (await promisify(exec)(command))

await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 2
})
