// The invented people of 幸福里: sixty residents in fifty-nine homes.
import type { DemoPart } from '#contract/demo.ts'
import type { RiskTier } from '#contract/primitives.ts'

export type PlannedResident = {
  /** Building, unit, floor and room as on the door: 3, 2, 5, '501'. */
  building: number
  unit: number
  floor: number
  room: string
  name: string
  woman: boolean
  birthYear: number
  tier: RiskTier
  deadline: string
  part: DemoPart
  deaf: boolean
  facts: readonly string[]
}

const families = Array.from(
  '王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕',
)
const womenNames = [
  '秀兰',
  '桂英',
  '玉珍',
  '淑华',
  '凤英',
  '兰芳',
  '玉梅',
  '素珍',
  '惠芳',
  '爱华',
  '秀珍',
  '月娥',
  '金凤',
  '翠兰',
  '春梅',
]
const menNames = [
  '建国',
  '德明',
  '志强',
  '国华',
  '永福',
  '长庚',
  '文涛',
  '守信',
  '玉林',
  '振华',
  '广才',
  '福生',
  '保国',
  '学文',
  '庆祥',
]

const generalFacts: readonly (readonly string[])[] = [
  [],
  ['高血压，按时服药'],
  [],
  ['糖尿病'],
  ['膝关节不好，走路用拐'],
  [],
  ['白内障，视力弱'],
]

type Special = Partial<PlannedResident> &
  Pick<PlannedResident, 'building' | 'unit' | 'floor' | 'room' | 'name' | 'woman'>

/** Those who have a part in the morning, and the couple. Everybody else greets early. */
const specials: readonly Special[] = [
  {
    building: 3,
    unit: 2,
    floor: 5,
    room: '501',
    name: '李秀英',
    woman: true,
    birthYear: 1948,
    tier: 'key',
    deaf: true,
    part: 'silent',
    facts: ['听力不好，敲门要重', '高血压，阿司匹林', '能自己下楼'],
  },
  {
    building: 1,
    unit: 1,
    floor: 3,
    room: '302',
    name: '王建国',
    woman: false,
    birthYear: 1945,
    tier: 'general',
    part: 'hospital',
    facts: ['心脏支架'],
  },
  {
    building: 3,
    unit: 1,
    floor: 2,
    room: '204',
    name: '刘桂兰',
    woman: true,
    birthYear: 1943,
    tier: 'key',
    part: 'reminded',
    facts: ['常忘事'],
  },
  {
    building: 8,
    unit: 2,
    floor: 3,
    room: '301',
    name: '赵守信',
    woman: false,
    birthYear: 1945,
    tier: 'key',
    part: 'co',
    facts: ['冬天用煤炉取暖', '慢阻肺'],
  },
  { building: 8, unit: 2, floor: 2, room: '201', name: '孙凤英', woman: true, birthYear: 1950 },
  { building: 8, unit: 2, floor: 4, room: '401', name: '胡德明', woman: false, birthYear: 1951 },
  {
    building: 6,
    unit: 1,
    floor: 2,
    room: '202',
    name: '孙玉珍',
    woman: true,
    birthYear: 1946,
    tier: 'general',
    part: 'gas',
    facts: ['燃气灶，软管两年前更换'],
  },
  {
    building: 5,
    unit: 1,
    floor: 4,
    room: '401',
    name: '何文涛',
    woman: false,
    birthYear: 1944,
    facts: ['与老伴吴秀珍同住'],
  },
  {
    building: 5,
    unit: 1,
    floor: 4,
    room: '401',
    name: '吴秀珍',
    woman: true,
    birthYear: 1947,
    facts: ['与老伴何文涛同住'],
  },
  {
    building: 2,
    unit: 3,
    floor: 1,
    room: '102',
    name: '周长庚',
    woman: false,
    birthYear: 1952,
    part: 'lateRiser',
  },
  {
    building: 7,
    unit: 1,
    floor: 5,
    room: '501',
    name: '徐月娥',
    woman: true,
    birthYear: 1953,
    part: 'lateRiser',
  },
  {
    building: 10,
    unit: 2,
    floor: 3,
    room: '302',
    name: '郭福生',
    woman: false,
    birthYear: 1950,
    part: 'lateRiser',
  },
  {
    building: 12,
    unit: 3,
    floor: 2,
    room: '201',
    name: '林翠兰',
    woman: true,
    birthYear: 1951,
    part: 'lateRiser',
  },
]

const residentsWanted = 60
const highRisk = new Set([7, 19, 31, 43])

function plan(): PlannedResident[] {
  const taken = new Set(specials.map((one) => `${one.building}-${one.unit}-${one.room}`))
  const planned = specials.map((special) => ({ ...ordinary(special.birthYear ?? 1948), ...special }))
  for (let turn = 0; planned.length < residentsWanted; turn += 1) {
    const building = (turn % 12) + 1
    const unit = ((turn * 5 + building) % 3) + 1
    const floor = ((turn * 7 + building * 2) % 5) + 1
    const room = `${floor}0${((turn + unit) % 2) + 1}`
    const key = `${building}-${unit}-${room}`
    if (taken.has(key)) continue
    taken.add(key)
    planned.push(extra({ building, unit, floor, room, index: planned.length }))
  }
  return planned
}

const ordinary = (birthYear: number) => ({
  birthYear,
  tier: 'general' as RiskTier,
  deadline: '08:00',
  part: 'early' as DemoPart,
  deaf: false,
  facts: [] as readonly string[],
})

type Door = { building: number; unit: number; floor: number; room: string; index: number }

function extra({ index, ...door }: Door): PlannedResident {
  const woman = index % 5 !== 0 && index % 7 !== 0
  const given = woman ? womenNames[(index * 4) % womenNames.length] : menNames[(index * 2) % menNames.length]
  return {
    ...door,
    ...ordinary(1936 + ((index * 11) % 20)),
    name: `${families[(index * 3) % families.length]}${given}`,
    woman,
    tier: highRisk.has(index) ? 'high' : index % 6 === 0 ? 'key' : 'general',
    deadline: ['07:30', '08:00', '08:00', '08:30'][index % 4] ?? '08:00',
    facts: generalFacts[index % generalFacts.length] ?? [],
  }
}

/** 李秀英 is greeted 李奶奶, 王建国 王爷爷. */
export const greeting = (resident: PlannedResident): string =>
  `${resident.name.slice(0, 1)}${resident.woman ? '奶奶' : '爷爷'}`

/** Sixty residents, the same in every demo: no randomness, so that pictures and tests agree. */
export const residents: readonly PlannedResident[] = plan()
