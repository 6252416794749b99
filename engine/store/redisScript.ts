/**
 * What runs inside Redis? Besides the commit (redisCommitScript.ts): a read, a page of a scan, a sweep of the index.
 *
 * Keys that a script finds in the index are not declared in KEYS; they carry the hash tag of the index, which is. Every look at
 * them names the index as well: while Redis Cluster moves the slot, that makes it answer TRYAGAIN instead of "absent".
 */
import { createHash } from 'node:crypto';

export interface Script {
  readonly name: 'commit' | 'read' | 'scan' | 'sweep';
  readonly sha: string;
  readonly source: string;
}

/** A script under the name by which Redis knows it once it has seen it. */
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

/** KEYS: the keys. Answers for each its text, or a list with its counters (fields and values joined by NUL), or nil. */
export const READ = script('read', String.raw`${PORTIONS}
local replies, others, read = {}, {}, 0
portions(KEYS, 1, #KEYS, function(...)
  local texts = redis.call('MGET', ...)
  for i = 1, #texts do
    replies[read + i] = texts[i]
    if not texts[i] then others[#others + 1] = KEYS[read + i] end
  end
  read = read + #texts
end)
-- Most keys that hold no text hold nothing at all.
local held = 0
portions(others, 1, #others, function(...) held = held + redis.call('EXISTS', ...) end)
for i = 1, held > 0 and #KEYS or 0 do
  local flat = replies[i] and {} or redis.call('HGETALL', KEYS[i])
  if #flat > 0 then replies[i] = { table.concat(flat, '\0') } end
end
return replies
`);

/**
 * KEYS: the index. ARGV: bounds as ZRANGEBYLEX wants them (first, last in the scan's direction), how many entries are wanted, how many
 * index entries may be looked at, the command. Answers where to go on (nil at the end), then key and value (see READ) in turn.
 * Index entries whose key has expired are removed where the server takes writes.
 */
export const SCAN = script('scan', String.raw`${PORTIONS}
local index, from, to = KEYS[1], ARGV[1], ARGV[2]
local wanted, budget, command = tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]
local replies, dead, next = { false }, {}, from
while next and wanted > 0 and budget > 0 do
  local size = math.min(math.max(wanted, 32), budget, PORTION)
  local page = redis.call(command, index, next, to, 'LIMIT', 0, size)
  local keys = { index }
  for i = 1, #page do keys[i + 1] = index .. ':' .. page[i] end
  local texts = #page > 0 and redis.call('MGET', unpack(keys)) or {}
  for i = 1, #page do
    if wanted == 0 then break end
    local value = texts[i + 1]
    if not value then
      local flat = redis.call('HGETALL', keys[i + 1])
      if #flat > 0 then value = { table.concat(flat, '\0') } else dead[#dead + 1] = page[i] end
    end
    if value then
      replies[#replies + 1], replies[#replies + 2] = page[i], value
      wanted = wanted - 1
    end
  end
  budget = budget - #page
  next = #page == size and '(' .. page[#page]
end
portions(dead, 1, #dead, function(...) redis.pcall('ZREM', index, ...) end)
replies[1] = next
return replies
`);

/** KEYS: the index. ARGV: after which entry, how many to look at. Answers the last entry looked at (nil at the end) and how many were removed. */
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
