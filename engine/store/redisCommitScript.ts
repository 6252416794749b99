/**
 * How is a commit made inside Redis? Several at once, each judged as a whole before any of it is written.
 */
import { PORTIONS, script } from './redisScript.js';

/**
 * KEYS: the index, then the keys of each part. ARGV: the number of parts, then each part. A part's changes are sorted into seven heaps
 * (`HEAPS` in redisCodec.ts), so that Lua looks at few of them one by one:
 *
 *     1 put if absent   2 delete if absent   3 put if equal   4 delete if equal   5 put   6 delete   7 add
 *
 * ARGV of a part: the size of each heap; the texts that 3 and 4 expect; the values of 1, 3, 5; their expiries (epoch ms, or nothing);
 * of 7 the fields to add, the fields to take the larger value of (JSON objects of integers, the second or nothing), the expiries, and how:
 * `fresh` (the same commit deletes the key first), `lost` (it puts text over it afterwards) or nothing.
 *
 * Answers for each part `ok` and the counters after each add (fields and values joined by NUL), or `conflict` and the places of the keys
 * that moved, or `text` / `inexact` and the place of the add that cannot be. Nothing of a part is written before all of it is judged.
 * Lua's numbers are doubles: exact to 2^53, and no sum of two exact integers beyond it is taken for one within.
 */
export const COMMIT = script('commit', String.raw`${PORTIONS}
local EXACT, SHORT = 9007199254740991, 2147483647
local index, skip = KEYS[1], #KEYS[1] + 2
local k, a = 1, 1

local function exist(first, count)
  local found = 0
  portions(KEYS, first, count, function(...) found = found + redis.call('EXISTS', ...) end)
  return found
end

-- How many of the keys do not hold the text that is expected of them; their places go to the list, where there is one.
local function differ(first, count, expects, places)
  local different, seen = 0, 0
  portions(KEYS, first, count, function(...)
    local texts = redis.call('MGET', ...)
    for i = 1, #texts do
      if texts[i] ~= ARGV[expects + seen + i] then
        different = different + 1
        if places then places[#places + 1] = first - k + seen + i - 1 end
      end
    end
    seen = seen + #texts
  end)
  return different
end

local function conflict(absent, held, expects)
  local places = { 'conflict' }
  for i = 1, absent do
    if redis.call('EXISTS', KEYS[k + i]) == 1 then places[#places + 1] = i end
  end
  differ(k + 1 + absent, held, expects, places)
  return places
end

local function counters(key, how)
  local flat = {}
  if how ~= 'fresh' then flat = redis.pcall('HGETALL', key) end
  if flat.err then
    if string.find(flat.err, 'WRONGTYPE', 1, true) then return nil end
    error(flat)
  end
  local at = {}
  for i = 1, #flat, 2 do at[flat[i]] = i + 1 end
  return { flat = flat, at = at, touched = {}, fields = {}, new = #flat == 0 }
end

local function grow(sums, fields, larger)
  local flat, at, touched = sums.flat, sums.at, sums.touched
  for field, by in pairs(cjson.decode(fields)) do
    local i, value = at[field], by
    if i then
      value = tonumber(flat[i])
      if not larger then value = value + by elseif by > value then value = by end
    else
      i = #flat + 2
      flat[i - 1], at[field] = field, i
    end
    if value > EXACT or value < -EXACT then return false end
    -- %d is faster, but no wider than the machine's long.
    flat[i] = string.format((value < SHORT and value > -SHORT) and '%d' or '%.0f', value)
    if not touched[i] then
      touched[i] = true
      sums.fields[#sums.fields + 1] = i
    end
  end
  return true
end

-- The counters after each add, by key, and the reply.
local function add(first, count, args)
  local sums, reply = {}, { 'ok' }
  for i = 1, count do
    local key, larger, expiry, how = KEYS[first + i - 1], ARGV[args + count + i], ARGV[args + 2 * count + i], ARGV[args + 3 * count + i]
    local sum = sums[key]
    if not sum or (sum.lost and how == 'fresh') then sum = counters(key, how) end
    if not sum then return { 'text', first - k + i - 1 } end
    if not grow(sum, ARGV[args + i], false) or (larger ~= '' and not grow(sum, larger, true)) then return { 'inexact', first - k + i - 1 } end
    if expiry ~= '' then sum.expiry = expiry end
    sum.lost = how == 'lost'
    sums[key] = sum
    reply[i + 1] = table.concat(sum.flat, '\0')
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
local function put(first, count, values, expiries, new)
  for i = 1, count do
    local key, expiry = KEYS[first + i - 1], ARGV[expiries + i]
    if expiry == '' then redis.call('SET', key, ARGV[values + i]) else redis.call('SET', key, ARGV[values + i], 'PXAT', expiry) end
    if new then new[#new + 1], new[#new + 2] = '0', string.sub(key, skip) end
  end
end

local function keep(sums, new)
  for key, sum in pairs(sums) do
    local changed = {}
    for j = 1, #sum.fields do
      local i = sum.fields[j]
      changed[2 * j - 1], changed[2 * j] = sum.flat[i - 1], sum.flat[i]
    end
    if not sum.lost and #changed > 0 then
      portions(changed, 1, #changed, function(...) redis.call('HSET', key, ...) end)
      if sum.expiry then redis.call('PEXPIREAT', key, sum.expiry) end
      if sum.new then new[#new + 1], new[#new + 2] = '0', string.sub(key, skip) end
    end
  end
end

local function part()
  local n = {}
  for heap = 1, 7 do n[heap] = tonumber(ARGV[a + heap]) end
  local absent, held = n[1] + n[2], n[3] + n[4]
  local expects, first = a + 7, k + 1
  local values = expects + held
  local puts = n[1] + n[3] + n[5]
  local expiries, adds = values + puts, values + 2 * puts
  local last = first + absent + held + n[5] + n[6]
  local reply, sums
  if exist(first, absent) > 0 or differ(first + absent, held, expects) > 0 then reply = conflict(absent, held, expects)
  else reply, sums = add(last, n[7], adds) end
  if sums then
    local new = {}
    remove(first + n[1], n[2])
    remove(first + absent + n[3], n[4])
    remove(last - n[6], n[6])
    put(first, n[1], values, expiries, new)
    put(first + absent, n[3], values + n[1], expiries + n[1])
    put(first + absent + held, n[5], values + n[1] + n[3], expiries + n[1] + n[3], new)
    keep(sums, new)
    portions(new, 1, #new, function(...) redis.call('ZADD', index, ...) end)
  end
  k, a = last + n[7] - 1, adds + 4 * n[7]
  return reply
end

local replies = {}
for p = 1, tonumber(ARGV[1]) do replies[p] = part() end
return replies
`);
