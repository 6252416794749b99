/**
 * Scripts that run inside Redis, besides the commit (commitScript.ts): a read, a page of a scan, a sweep of the index.
 *
 * Keys that a script finds in the index are not declared in KEYS; they carry the hash tag of the index, which is. Every access to
 * them names the index as well: while Redis Cluster moves the slot, that makes it answer TRYAGAIN instead of "absent".
 */
import { createHash } from 'node:crypto';

/** `Script` by the digest under which Redis keeps it. */
export interface Script {
  readonly name: 'commit' | 'read' | 'scan' | 'sweep';
  readonly sha: string;
  readonly source: string;
}

/** `script` gives a script under the name by which Redis knows it once it has seen it. */
export function script(name: Script['name'], source: string): Script {
  return { name, source, sha: createHash('sha1').update(source).digest('hex') };
}

/** Lua's stack bears about 8,000 values in one call. */
export const PORTIONS = String.raw`
local PORTION = 4000
local function portions(list, first, count, use)
  local last = first + count - 1
  for from = first, last, PORTION do use(unpack(list, from, math.min(from + PORTION - 1, last))) end
end
`;

/**
 * Counters lie in Redis as NUL and a MessagePack map; text that begins with NUL gets one more in front (see codec.ts). They leave as a list
 * with one text, fields and values joined by NUL.
 */
export const COUNTERS = String.raw`
local SHORT = 2147483647

local function isCounters(value)
  local first, second = string.byte(value, 1, 2)
  return first == 0 and second ~= 0
end

local function unpacked(value)
  return isCounters(value) and cmsgpack.unpack(string.sub(value, 2)) or nil
end

local function packed(fields)
  return '\0' .. cmsgpack.pack(fields)
end

local function flat(fields)
  local words = {}
  for field, value in pairs(fields) do
    -- %d is faster, but no wider than the machine's long.
    words[#words + 1], words[#words + 2] = field, string.format((value < SHORT and value > -SHORT) and '%d' or '%.0f', value)
  end
  return table.concat(words, '\0')
end

local function answer(value)
  if value and isCounters(value) then return { flat(unpacked(value)) } end
  return value
end
`;

/** KEYS: the keys. Answers for each its text, or a list with its counters, or nil. */
export const READ = script('read', String.raw`${PORTIONS}${COUNTERS}
local replies, read = {}, 0
portions(KEYS, 1, #KEYS, function(...)
  local page = redis.call('MGET', ...)
  for i = 1, #page do replies[read + i] = answer(page[i]) end
  read = read + #page
end)
return replies
`);

/**
 * KEYS: the index. ARGV: bounds as ZRANGEBYLEX wants them (first, last in the scan's direction), how many entries are wanted, how many
 * index entries may be visited, the command. Answers where to go on (nil at the end), then key and value (see READ) in turn.
 * Index entries whose key has expired are removed where the server takes writes.
 */
export const SCAN = script('scan', String.raw`${PORTIONS}${COUNTERS}
local index, from, to = KEYS[1], ARGV[1], ARGV[2]
local wanted, budget, command = tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]
local replies, dead, next = { false }, {}, from
while next and wanted > 0 and budget > 0 do
  local size = math.min(math.max(wanted, 32), budget, PORTION)
  local page = redis.call(command, index, next, to, 'LIMIT', 0, size)
  local keys = { index }
  for i = 1, #page do keys[i + 1] = index .. ':' .. page[i] end
  local values = #page > 0 and redis.call('MGET', unpack(keys)) or {}
  for i = 1, #page do
    if wanted == 0 then break end
    local value = answer(values[i + 1])
    if value then
      replies[#replies + 1], replies[#replies + 2] = page[i], value
      wanted = wanted - 1
    else dead[#dead + 1] = page[i] end
  end
  budget = budget - #page
  next = #page == size and '(' .. page[#page]
end
portions(dead, 1, #dead, function(...) redis.pcall('ZREM', index, ...) end)
replies[1] = next
return replies
`);

/** KEYS: the index. ARGV: after which entry, how many to visit. Answers the last entry visited (nil at the end) and how many were removed. */
export const SWEEP = script('sweep', String.raw`${PORTIONS}
local index, size = KEYS[1], math.min(tonumber(ARGV[2]), PORTION)
local page = redis.call('ZRANGEBYLEX', index, '(' .. ARGV[1], '+', 'LIMIT', 0, size)
local keys, dead = { index }, {}
for i = 1, #page do keys[i + 1] = index .. ':' .. page[i] end
if #page > 0 and redis.call('EXISTS', unpack(keys)) <= #page then
  for i = 1, #page do
    if redis.call('EXISTS', index, keys[i + 1]) == 1 then dead[#dead + 1] = page[i] end
  end
  portions(dead, 1, #dead, function(...) redis.call('ZREM', index, ...) end)
end
return { #page == size and page[#page], #dead }
`);
