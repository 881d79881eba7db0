// node megajs.mjs GATEWAY EMAIL PASSWORD write|read LOCAL REMOTE: prints {"file name": "what failed"}
import fs from 'node:fs'
import path from 'node:path'
import { createRequire } from 'node:module'

const [gateway, email, password, verb, local, remote] = process.argv.slice(2)
const { Storage } = createRequire(path.join(process.cwd(), 'package.json'))('megajs')
const storage = await new Storage({ email, password, gateway, keepalive: false }).ready
const failures = {}

async function attempt (name, act) {
  try {
    await act()
  } catch (error) {
    failures[name] = error.message
  }
}

if (verb === 'write') {
  const folder = await storage.mkdir(remote)
  for (const name of fs.readdirSync(local)) {
    // it encrypts the buffer it is given in place, so it gets its own
    await attempt(name, () => folder.upload({ name }, fs.readFileSync(path.join(local, name))).complete)
  }
} else {
  const folder = storage.root.children.find(node => node.name === remote)
  for (const file of folder.children) {
    await attempt(file.name, async () => fs.writeFileSync(path.join(local, file.name), await file.downloadBuffer()))
  }
}
await storage.close()
console.log(JSON.stringify(failures))
