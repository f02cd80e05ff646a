/** The folder of the clone. */
export const root: string
/** Logs, locks and unfinished builds of the setup. */
export const cache: string
/** `node --import` this to run TypeScript as `npm start` does. */
export const typescript: string
