// A standard broker where none is installed: a bare aedes that keeps nothing. Listens on 127.0.0.1, port in argv.
import { createServer } from 'node:net'
import { Aedes } from 'aedes'

const broker = await Aedes.createBroker()
createServer({ noDelay: true }, broker.handle).listen(Number(process.argv[2]), '127.0.0.1')
