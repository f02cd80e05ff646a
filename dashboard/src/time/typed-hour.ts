/** What somebody typed as an hour ('8', '800', '8:00', '8：00', '0800') as HH:MM; '' for nothing, undefined for no hour. */
export function typedHour(text: string): string | undefined {
  const typed = text.trim()
  if (typed === '') return ''
  const found = /^(\d{1,2})(?:[:：.]?(\d{2}))?$/.exec(typed)
  const [hour, minute] = [Number(found?.[1]), Number(found?.[2] ?? 0)]
  if (!found || hour > 23 || minute > 59) return undefined
  return `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`
}
