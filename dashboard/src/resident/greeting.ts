/** Which greeting fits the hour of her own clock. */
export function greetingAt(at: number, zone: string): 'morning' | 'noon' | 'evening' | 'night' {
  const hour = Number(
    new Intl.DateTimeFormat('en-GB', { hour: '2-digit', hourCycle: 'h23', timeZone: zone }).format(at),
  )
  if (hour < 4) return 'night'
  if (hour < 12) return 'morning'
  return hour < 18 ? 'noon' : 'evening'
}
