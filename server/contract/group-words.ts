// What a group is, in a few words: how many homes, where, and why they stand together.
import type { Evidence } from './incident.ts'
import type { IncidentKind, Language } from './primitives.ts'

type Group = NonNullable<Evidence['group']>

/** 「3号楼 7 户收不到设备信号」; with the doors that came last, where somebody came after it was opened. */
export function groupWhat(kind: IncidentKind, group: Group, language: Language): string {
  const what = (kind === 'device' ? silentDevices : unseen)(group, language)
  const doors = group.newcomers ?? []
  if (doors.length === 0) return what
  return language === 'zh' ? `${what}（新增 ${doors.join('、')}）` : `${what} (new: ${doors.join(', ')})`
}

/** Where the cause lies: a building by its number, a gateway by the door it hangs at. */
export function groupPlace({ cause, place = '' }: Group, language: Language): string {
  const isNumber = /^\d+$/.test(place)
  if (language === 'zh') {
    if (cause === 'building') return isNumber ? `${place}号楼` : place
    return cause === 'gateway' ? `${place} 网关` : cause === 'carrier' ? `${place}网络` : '我们自己停机'
  }
  if (cause === 'building') return isNumber ? `Building ${place}` : place
  return cause === 'gateway'
    ? `Gateway ${place}`
    : cause === 'carrier'
      ? `Network ${place}`
      : 'Our own outage'
}

function silentDevices(group: Group, language: Language): string {
  const where = groupPlace(group, language)
  return language === 'zh'
    ? `${where} ${group.homes} 户收不到设备信号`
    : `${where}: devices of ${group.homes} homes not heard from`
}

function unseen(group: Group, language: Language): string {
  const where = groupPlace(group, language)
  return language === 'zh'
    ? `${where}，${group.homes} 户没看到报平安，请逐户核实`
    : `${where}: no check-in seen from ${group.homes} homes, verify each`
}
