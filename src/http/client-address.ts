import type { Context } from 'hono'
import { isIP, type BlockList } from 'node:net'
import type { EdgeEnv } from './env.ts'

/** The address that limits are counted by: the last hop that is not a trusted proxy. IPv6 counts by /64, as one home has one. */
export function clientAddress(c: Context<EdgeEnv>, trusted: BlockList): string {
  let address = plain(c.env?.incoming?.socket.remoteAddress ?? '127.0.0.1')
  const hops = (c.req.header('x-forwarded-for') ?? '').split(',').map((hop) => plain(hop.trim()))
  while (isTrusted(address, trusted)) {
    const hop = hops.pop()
    if (!hop || isIP(hop) === 0) break
    address = hop
  }
  return isIP(address) === 6 ? network64(address) : address
}

const isTrusted = (address: string, trusted: BlockList) =>
  trusted.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')

/** IPv4 written as IPv6 (::ffff:1.2.3.4) is IPv4. */
const plain = (address: string) => address.replace(/^::ffff:(?=\d+\.)/i, '')

function network64(address: string) {
  const [head = '', tail] = address.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail ? tail.split(':') : []
  const gap = tail === undefined ? [] : Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0')
  const groups = [...left, ...gap, ...right].slice(0, 4)
  return `${groups.map((group) => Number.parseInt(group || '0', 16).toString(16)).join(':')}::/64`
}
