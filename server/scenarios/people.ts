// Who is in the scenarios, and how an English sentence calls them.

export const residents = {
  李奶奶: { en: 'Grandma Li', home: '3-2-501' },
  吴爷爷: { en: 'Grandpa Wu', home: '3-2-601' },
  郑奶奶: { en: 'Grandma Zheng', home: '3-2-601' },
  何爷爷: { en: 'Grandpa He', home: '5-1-102' },
  孙奶奶: { en: 'Grandma Sun', home: '1-1-201' },
} as const

/** A name of the cast, or of somebody whom a scenario brings along: 钱奶奶. */
export type Resident = string

export const persons = {
  王红: 'Wang Hong',
  张伟: 'Zhang Wei',
  赵敏: 'Zhao Min',
  林涛: 'Lin Tao',
  陈静: 'Chen Jing',
  郭兰: 'Guo Lan',
  周阿姨: 'Aunt Zhou',
  李梅: 'Li Mei',
} as const
export type Person = keyof typeof persons

/** Whoever is told together when 李奶奶 is in danger: steward, backup, neighbour and desk. */
export const everybody = ['王红', '张伟', '周阿姨', '赵敏'] as const satisfies readonly Person[]

const others: Record<string, string> = {
  钱奶奶: 'Grandma Qian',
  许爷爷: 'Grandpa Xu',
  邓奶奶: 'Grandma Deng',
  冯爷爷: 'Grandpa Feng',
}

export function englishName(name: string): string {
  if (name in residents) return residents[name as keyof typeof residents].en
  if (name in persons) return persons[name as Person]
  return others[name] ?? name.replace('居民', 'resident ')
}

/** As many more residents as a scenario needs, each alone: 居民1, 居民2, ... in building 5. */
export const crowd = (count: number): { resident: Resident; label: string }[] =>
  Array.from({ length: count }, (_, index) => ({
    resident: `居民${index + 1}`,
    label: `5-2-${Math.floor(index / 5) + 1}0${(index % 5) + 1}`,
  }))
