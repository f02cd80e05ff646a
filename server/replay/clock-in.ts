/** Instants (epoch ms) as `11-23 08:00` on the wall clock of a zone. */
export function clockIn(zone: string): (at: number) => string {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  return (at) => {
    const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]))
    return `${parts['month']}-${parts['day']} ${parts['hour']}:${parts['minute']}`
  }
}
