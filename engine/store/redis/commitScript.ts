/**
 * The commit script: several commits at once, each judged as a whole before any of it is written.
 */
import { COUNTERS, PORTIONS, script } from './scripts.js';

/**
 * KEYS: the index, then the keys of each part. ARGV: the number of parts, then each part. A part's changes are sorted into seven heaps
 * (`HEAPS` in codec.ts), so that Lua handles few of them one by one:
 *
 *     1 put if absent   2 delete if absent   3 put if equal   4 delete if equal   5 put   6 delete   7 add
 *
 * ARGV of a part: the size of each heap; whether the counters are `wanted` in the answer; the texts that 3 and 4 expect; the values of 1, 3, 5
 * and, as runs, their expiries; and where 7 is not empty: a JSON list of the fields to add, one of the fields to take the larger value of
 * (0: none), the expiries as runs, and a JSON object of those to be added otherwise: `fresh` (the same commit deletes the key first), `lost`
 * (it puts text over it afterwards). A run is how many in a row expire at the same epoch ms (0: never; -1: as before): "98 1795338930000 2 0".
 *
 * Answers for each part `ok` and, where wanted, the counters after each add (fields and values joined by NUL), or `conflict` and the places
 * of the keys that moved, or `text` / `inexact` and the place of the add that cannot be. Nothing of a part is written before all of it is
 * judged. Lua's numbers are doubles: exact to 2^53, and no sum of two exact integers beyond it is taken for one within.
 */
export const COMMIT = script('commit', String.raw`${PORTIONS}${COUNTERS}
local EXACT = 9007199254740991
local index, skip = KEYS[1], #KEYS[1] + 2
local k, a = 1, 1

local function values(first, count)
  local found = {}
  portions(KEYS, first, count, function(...)
    local page = redis.call('MGET', ...)
    for i = 1, #page do found[#found + 1] = page[i] end
  end)
  return found
end

local function runs(text)
  local expiries = {}
  for count, expiry in string.gmatch(text, '(%d+) (%-?%d+)') do
    for _ = 1, count do expiries[#expiries + 1] = expiry end
  end
  return expiries
end

local function conflict(absent, held, expects)
  local found, places = values(k + 1, absent + held), { 'conflict' }
  for i = 1, absent do
    if found[i] then places[#places + 1] = i end
  end
  for i = 1, held do
    if found[absent + i] ~= ARGV[expects + i] then places[#places + 1] = absent + i end
  end
  return places[2] and places
end

local function grow(fields, by, larger)
  for field, amount in pairs(by) do
    local value = fields[field]
    if value == nil then value = amount
    elseif not larger then value = value + amount
    elseif amount > value then value = amount end
    if value > EXACT or value < -EXACT then return false end
    fields[field] = value
  end
  return true
end

-- The counters after each add, by key, and the reply.
local function add(first, count, args, wanted)
  if count == 0 then return { 'ok' }, {} end
  local adds, larger, expiries, hows = cjson.decode(ARGV[args + 1]), cjson.decode(ARGV[args + 2]), runs(ARGV[args + 3]), cjson.decode(ARGV[args + 4])
  local held, sums, reply = values(first, count), {}, { 'ok' }
  for i = 1, count do
    local key, how = KEYS[first + i - 1], hows[tostring(i)]
    local sum = sums[key]
    if not sum or (sum.lost and how == 'fresh') then
      local value = how ~= 'fresh' and held[i]
      local fields = value and unpacked(value) or {}
      if value and not isCounters(value) then return { 'text', first - k + i - 1 } end
      sum = { fields = fields, kept = value and true }
    end
    if not grow(sum.fields, adds[i], false) or (larger[i] ~= 0 and not grow(sum.fields, larger[i], true)) then return { 'inexact', first - k + i - 1 } end
    if expiries[i] ~= '0' then sum.expiry = expiries[i] end
    sum.lost = how == 'lost'
    sums[key] = sum
    if wanted then reply[i + 1] = flat(sum.fields) end
  end
  return reply, sums
end

local function remove(first, count)
  portions(KEYS, first, count, function(...) redis.call('DEL', ...) end)
  local members = {}
  for i = 1, count do members[i] = string.sub(KEYS[first + i - 1], skip) end
  portions(members, 1, count, function(...) redis.call('ZREM', index, ...) end)
end

-- Puts text; new keys go to the list of what the index lacks.
local function put(first, count, texts, expiries, expiry, new)
  for i = 1, count do
    local key, at = KEYS[first + i - 1], expiries[expiry + i]
    if at == '0' then redis.call('SET', key, ARGV[texts + i])
    elseif at == '-1' then redis.call('SET', key, ARGV[texts + i], 'KEEPTTL')
    else redis.call('SET', key, ARGV[texts + i], 'PXAT', at) end
    if new then new[#new + 1], new[#new + 2] = '0', string.sub(key, skip) end
  end
end

local function keep(sums, new)
  for key, sum in pairs(sums) do
    if not sum.lost then
      local value = packed(sum.fields)
      if sum.expiry then redis.call('SET', key, value, 'PXAT', sum.expiry)
      elseif sum.kept then redis.call('SET', key, value, 'KEEPTTL')
      else redis.call('SET', key, value) end
      if not sum.kept then new[#new + 1], new[#new + 2] = '0', string.sub(key, skip) end
    end
  end
end

local function part()
  local n = {}
  for heap = 1, 7 do n[heap] = tonumber(ARGV[a + heap]) end
  local absent, held, puts = n[1] + n[2], n[3] + n[4], n[1] + n[3] + n[5]
  local expects, first = a + 8, k + 1
  local texts = expects + held
  local adds = texts + puts + 1
  local last = first + absent + held + n[5] + n[6]
  local reply, sums = conflict(absent, held, expects), nil
  if not reply then reply, sums = add(last, n[7], adds, ARGV[a + 8] == 'wanted') end
  if sums then
    local new, expiries = {}, runs(ARGV[adds])
    remove(first + n[1], n[2])
    remove(first + absent + n[3], n[4])
    remove(last - n[6], n[6])
    put(first, n[1], texts, expiries, 0, new)
    put(first + absent, n[3], texts + n[1], expiries, n[1])
    put(first + absent + held, n[5], texts + n[1] + n[3], expiries, n[1] + n[3], new)
    keep(sums, new)
    portions(new, 1, #new, function(...) redis.call('ZADD', index, ...) end)
  end
  k, a = last + n[7] - 1, adds + (n[7] > 0 and 4 or 0)
  return reply
end

local replies = {}
for p = 1, tonumber(ARGV[1]) do replies[p] = part() end
return replies
`);
