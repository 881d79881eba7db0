// node megajs.mjs GATEWAY EMAIL PASSWORD write|read|roam|listen LOCAL REMOTE
// write, read: prints {"file name": "what failed"}; roam: what links show; listen: a line for each event until stdin ends
import fs from 'node:fs'
import path from 'node:path'
import { createRequire } from 'node:module'

const [gateway, email, password, verb, local, remote] = process.argv.slice(2)
const { API, File, Storage } = createRequire(path.join(process.cwd(), 'package.json'))('megajs')
API.globalApi = new API(false, { gateway }) // what is opened by a link asks this one
const storage = await new Storage({ email, password, gateway, keepalive: verb === 'listen' }).ready

const verbs = { write, read, roam, listen }
const result = await verbs[verb]()
await storage.close()
console.log(JSON.stringify(result))

async function write () {
  const failures = {}
  const folder = await storage.mkdir(remote)
  for (const name of fs.readdirSync(local)) {
    // it encrypts the buffer it is given in place, so it gets its own
    await attempt(failures, name, () => folder.upload({ name }, fs.readFileSync(path.join(local, name))).complete)
  }
  return failures
}

async function read () {
  const failures = {}
  const folder = storage.root.children.find(node => node.name === remote)
  for (const file of folder.children) {
    await attempt(failures, file.name,
      async () => fs.writeFileSync(path.join(local, file.name), await file.downloadBuffer()))
  }
  return failures
}

async function attempt (failures, name, act) {
  try {
    await act()
  } catch (error) {
    failures[name] = error.message
  }
}

// renames, moves, labels, links, shares and deletes in a folder that holds one file
async function roam () {
  const folder = storage.root.children.find(node => node.name === remote)
  const [file] = folder.children
  const inner = await folder.mkdir('inner')
  await file.rename('renamed')
  await file.setLabel('red')
  await file.moveTo(inner)
  const shared = await stranger(await folder.shareFolder({}))
  const open = await stranger(await file.link({}))
  const seen = {
    folder: shared.children.map(node => node.name),
    inside: (await shared.children[0].children[0].downloadBuffer()).toString(),
    file: (await open.downloadBuffer()).toString()
  }
  await folder.unshare()
  await inner.delete()
  await (await storage.mkdir('gone')).delete(true)
  return seen
}

async function stranger (link) {
  const file = File.fromURL(link)
  await file.loadAttributes()
  return file
}

async function listen () {
  const say = what => file => console.log(`${what} ${file.name}`)
  for (const event of ['add', 'move', 'update', 'delete']) storage.on(event, say(event))
  console.log('listening')
  await new Promise(resolve => process.stdin.on('end', resolve).resume())
  return {}
}
