// Each uncertain rate of the world by ±50 %: where the goals still hold, and where they do not.
import { caseOf, type Case } from '../harness/benchmark.ts'
import { isUnfound } from './collapse-cases.ts'
import { cookingSpike } from './air.ts'
import { quantile } from './estimate.ts'
import { liveYear } from './lives.ts'
import { flat, ours } from './policy.ts'
import { falseAirPerHome, shareOf } from './runs.ts'
import { vary, type World } from './world.ts'
import { yearOf, type YearOf } from './year-of.ts'

type Varied = {
  name: string
  sent: number
  sentRatio: number
  callsRatio: number
  lateMin: number
  floods: number
  missed: number
}

export function rateCases(
  world: World,
  how: { uncertain: readonly string[]; seed: number; quick: boolean },
): Case[] {
  const cooking = Array.from({ length: how.quick ? 40 : 600 }, (_, id) => cookingSpike(world, how.seed, id))
  const rates = how.quick ? how.uncertain.slice(0, 1) : how.uncertain
  const points = rates.flatMap((rate) =>
    [0.5, 1.5].map((factor) =>
      lived(
        vary(world, [rate], factor),
        how.seed,
        cooking,
        `${rate.split('.')[1]} ${factor < 1 ? '-' : '+'}50 %`,
      ),
    ),
  )
  const worst = (what: keyof Omit<Varied, 'name'>) =>
    points.reduce((most, point) => (point[what] > most[what] ? point : most))
  const figure = (title: string, what: keyof Omit<Varied, 'name'>, unit: string, atMost: number): Case => {
    const at = worst(what)
    const over = points.filter((point) => point[what] > atMost).map(({ name }) => name)
    const where = over.length > 0 ? `over at: ${over.join(', ')}` : `worst at ${at.name}`
    return caseOf({
      case: `each rate ±50 %: ${title} (worst)`,
      value: at[what],
      unit,
      goal: { atMost },
      note: where,
    })
  }
  return [
    figure('stewards sent to a well person', 'sent', '/home-year', 0.7),
    figure('the same against flat', 'sentRatio', 'x', 1 / 3),
    figure('calls against flat', 'callsRatio', 'x', 1 / 3),
    figure('collapse before 4:00, told later than flat', 'lateMin', 'min', 15),
    figure('mornings in flood', 'floods', '%', 2),
    figure('collapses excused or not found in time', 'missed', '', 0),
  ]
}

function lived(world: World, seed: number, cooking: Parameters<typeof shareOf>[0], name: string): Varied {
  const year = liveYear(world, seed)
  const [own, yardstick] = [ours(), flat()].map((policy) =>
    yearOf(world, year, { policy, probes: 2, notices: [] }),
  )
  if (!own || !yardstick) throw new Error('two rules were asked for')
  const air = (rule: 'ours' | 'flat') => falseAirPerHome(world, shareOf(cooking, rule)) * own.homes
  const sent = own.sent + air('ours')
  return {
    name,
    sent: sent / own.homes,
    sentRatio: sent / (yardstick.sent + air('flat')),
    callsRatio: (own.calls + air('ours')) / (yardstick.calls + air('flat')),
    lateMin: toldBefore4(own) - toldBefore4(yardstick),
    floods: (100 * own.floodedMornings) / 365,
    missed: own.collapses.filter((one) => isUnfound(one) && !one.ownCut).length,
  }
}

const toldBefore4 = ({ collapses }: YearOf): number =>
  quantile(
    collapses
      .filter(({ minuteOfDay, excused }) => minuteOfDay < 240 && !excused)
      .map((one) => one.minuteOfDay + one.toldMin),
    0.5,
  ).value
