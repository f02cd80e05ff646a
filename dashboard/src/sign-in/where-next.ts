/** Where to go after signing in: only to a page of ours, else to where this person starts. */
export function whereNext(to: unknown, home: 'desk' | 'steward'): string {
  const isOwn = typeof to === 'string' && /^\/(?![/\\])/.test(to) && !/^\/(sign-in|first-run)\b/.test(to)
  return isOwn ? to : `/${home}`
}
