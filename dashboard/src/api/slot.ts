/**
 * Two people at one browser, each in a frame of their own: a page opened with `?slot=phone` keeps a session of its own
 * for as long as it is open, also where its address loses the word on the way from page to page.
 */
export const ownSlot: string | undefined =
  typeof location === 'undefined' ? undefined : slotIn(location.search)

/** Only what the server takes as a slot; anything else is the browser's one session. */
export function slotIn(search: string): string | undefined {
  const slot = new URLSearchParams(search).get('slot') ?? ''
  return /^[a-z]{1,12}$/.test(slot) ? slot : undefined
}
