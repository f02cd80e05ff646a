// npm run bench -- judgement [--world FILE] [--seed N] [--seconds N] [--parts figures,frontier,rates]: docs/judgement.md says what it means.
import { parseArgs } from 'node:util'
import type { Benchmark, BenchOptions, Case } from '../harness/benchmark.ts'
import { casesOf } from './cases.ts'
import { frontierCases } from './frontier-cases.ts'
import { frontierOf } from './frontier.ts'
import { rateCases } from './rates.ts'
import { runYears } from './runs.ts'
import { readWorld, worldFile } from './world.ts'

export const benchmark: Benchmark = {
  name: 'judgement',
  what: 'years of 1,000 homes under our rules, and under a flat hour, schedule + grace, and EN 50291 alone',
  run,
}

async function run(options: BenchOptions): Promise<Case[]> {
  const { values } = parseArgs({
    args: [...options.rest],
    strict: true,
    options: {
      world: { type: 'string', default: worldFile },
      seed: { type: 'string', default: '1' },
      seconds: { type: 'string', default: '60' },
      parts: { type: 'string', default: 'figures,frontier,rates' },
    },
  })
  const parts = values.parts.split(',')
  const seed = whole('--seed', values.seed)
  const { world, uncertain } = readWorld(values.world)
  const size = options.quick ? { ...world, residents: { ...world.residents, homes: 60 } } : world
  const pace = {
    yearsMin: options.quick ? 1 : 2,
    secondsMax: options.quick ? 0 : whole('--seconds', values.seconds),
    quick: options.quick,
    now: Date.now,
  }
  const cases: Case[] = []
  if (parts.includes('figures')) {
    const runs = runYears(size, {
      ...pace,
      seed: seed * 1000,
      yearsMin: options.quick ? 1 : options.rounds,
      probes: 3,
      airCases: options.quick ? 42 : 840,
      pans: options.quick ? 42 : 4200,
    })
    options.say(`${runs.years.ours.length} years of ${size.residents.homes} homes, seed ${seed}`)
    cases.push(...casesOf(size, runs))
  }
  if (parts.includes('frontier'))
    cases.push(...frontierCases(frontierOf(size, { ...pace, seed: seed * 1000 + 900 })))
  if (parts.includes('rates')) cases.push(...rateCases(size, { ...pace, uncertain, seed: seed * 1000 + 950 }))
  return cases
}

function whole(name: string, text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 0 || value > 1_000_000)
    throw new Error(`${name} must be a whole number, not ${text}.`)
  return value
}
