import { playAll } from '#testing/scenario-tests.ts'
import { manyAtOnce } from './many.ts'

playAll(manyAtOnce)
