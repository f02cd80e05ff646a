type Signal = 'SIGINT' | 'SIGTERM' | 'SIGHUP'
export function stopWithNpm(): void
export function onStop(acts: { clean: (signal: Signal) => void; quick: (signal: Signal) => void }): () => void
