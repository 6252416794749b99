/**
 * How is a commit made inside Redis? Several at once, each judged as a whole before any of it is written.
 */
import { PORTIONS, script } from './redisScript.js';

/**
 * KEYS: the index, then one key per change. ARGV: the number of parts, then for each part the number of its changes, then for
 * each change a letter with its expiry (epoch ms, or nothing) and what the letter asks for:
 *
 *     p value            put            P            delete
 *     n value            put if absent  N            delete if absent
 *     e text value       put if equal   E text       delete if equal
 *     a fields           add            m fields fields   add, then take the larger values (JSON objects of integers)
 *
 * Answers for each part `ok` and the counters after each add (fields and values joined by NUL), or `conflict` and the numbers of
 * the changes that moved, or `text` / `inexact` and the number of the add that cannot be. Nothing of a part is written before all
 * of it is judged. Lua's numbers are doubles, exact to 2^53 and able to tell every sum beyond it; they are written with '%.0f'.
 */
export const COMMIT = script('commit', String.raw`${PORTIONS}
local EXACT = 9007199254740991
local index, skip = KEYS[1], #KEYS[1] + 2
local k, a = 1, 1

local function take(count)
  local part = { count = count, keys = {}, letters = {}, expiries = {}, expects = {}, values = {}, max = {}, absent = {}, held = {}, texts = {} }
  for i = 1, count do
    local op, key = ARGV[a + 1], KEYS[k + 1]
    local letter = string.sub(op, 1, 1)
    k, a = k + 1, a + 1
    part.keys[i], part.letters[i], part.expiries[i] = key, letter, string.sub(op, 2)
    if letter == 'n' or letter == 'N' then part.absent[#part.absent + 1] = key end
    if letter == 'e' or letter == 'E' then
      a = a + 1
      part.expects[i] = ARGV[a]
      part.held[#part.held + 1], part.texts[#part.texts + 1] = key, ARGV[a]
    end
    if letter == 'p' or letter == 'n' or letter == 'e' or letter == 'a' or letter == 'm' then
      a = a + 1
      part.values[i] = ARGV[a]
    end
    if letter == 'm' then
      a = a + 1
      part.max[i] = ARGV[a]
    end
  end
  return part
end

local function holds(part)
  local existing, seen, equal = 0, 0, true
  portions(part.absent, function(...) existing = existing + redis.call('EXISTS', ...) end)
  portions(part.held, function(...)
    local texts = redis.call('MGET', ...)
    for i = 1, #texts do equal = equal and texts[i] == part.texts[seen + i] end
    seen = seen + #texts
  end)
  return existing == 0 and equal
end

local function conflict(part)
  local reply = { 'conflict' }
  for i = 1, part.count do
    local letter, key, moved = part.letters[i], part.keys[i], false
    if letter == 'n' or letter == 'N' then moved = redis.call('EXISTS', key) == 1 end
    if part.expects[i] then moved = redis.call('MGET', key)[1] ~= part.expects[i] end
    if moved then reply[#reply + 1] = i end
  end
  return reply
end

local function counters(key, deleted)
  local flat = {}
  if not deleted then flat = redis.pcall('HGETALL', key) end
  if flat.err then
    if string.find(flat.err, 'WRONGTYPE', 1, true) then return nil end
    error(flat)
  end
  local at = {}
  for i = 1, #flat, 2 do at[flat[i]] = i + 1 end
  return { flat = flat, at = at, touched = {}, fields = {}, fresh = #flat == 0 }
end

local function grow(sums, fields, larger)
  for field, by in pairs(cjson.decode(fields)) do
    local i, value = sums.at[field], by
    if i then
      value = tonumber(sums.flat[i])
      if not larger then value = value + by elseif by > value then value = by end
    else
      i = #sums.flat + 2
      sums.flat[i - 1], sums.at[field] = field, i
    end
    if value > EXACT or value < -EXACT then return false end
    sums.flat[i] = string.format('%.0f', value)
    if not sums.touched[i] then
      sums.touched[i] = true
      sums.fields[#sums.fields + 1] = i
    end
  end
  return true
end

-- Puts and adds in their order: an add after a delete starts anew, a put after an add replaces it.
local function plan(part)
  local puts, sums, reply = {}, {}, { 'ok' }
  for i = 1, part.count do
    local key, letter = part.keys[i], part.letters[i]
    if letter == 'a' or letter == 'm' then
      local put = puts[key]
      if put and part.values[put] then return { 'text', i } end
      sums[key] = sums[key] or counters(key, put ~= nil)
      if not sums[key] then return { 'text', i } end
      if not grow(sums[key], part.values[i], false) then return { 'inexact', i } end
      if part.max[i] and not grow(sums[key], part.max[i], true) then return { 'inexact', i } end
      if part.expiries[i] ~= '' then sums[key].expiry = part.expiries[i] end
      reply[#reply + 1] = table.concat(sums[key].flat, '\0')
    else
      puts[key], sums[key] = i, nil
    end
  end
  return reply, puts, sums
end

local function write(part, puts, sums)
  local new, gone, left = {}, {}, {}
  for i = 1, part.count do
    local key, letter = part.keys[i], part.letters[i]
    if letter == 'p' or letter == 'n' or letter == 'e' then
      if part.expiries[i] == '' then redis.call('SET', key, part.values[i])
      else redis.call('SET', key, part.values[i], 'PXAT', part.expiries[i]) end
      if letter ~= 'e' then new[#new + 1], new[#new + 2] = 0, string.sub(key, skip) end
    elseif puts[key] == i then
      gone[#gone + 1], left[#left + 1] = key, string.sub(key, skip)
    end
  end
  portions(gone, function(...) redis.call('DEL', ...) end)
  portions(left, function(...) redis.call('ZREM', index, ...) end)
  for key, sum in pairs(sums) do
    local changed = {}
    for j = 1, #sum.fields do
      local i = sum.fields[j]
      changed[#changed + 1], changed[#changed + 2] = sum.flat[i - 1], sum.flat[i]
    end
    portions(changed, function(...) redis.call('HSET', key, ...) end)
    if sum.expiry then redis.call('PEXPIREAT', key, sum.expiry) end
    if sum.fresh and #changed > 0 then new[#new + 1], new[#new + 2] = 0, string.sub(key, skip) end
  end
  portions(new, function(...) redis.call('ZADD', index, ...) end)
end

local replies = {}
for p = 1, tonumber(ARGV[1]) do
  a = a + 1
  local part = take(tonumber(ARGV[a]))
  if not holds(part) then
    replies[p] = conflict(part)
  else
    local reply, puts, sums = plan(part)
    if puts then write(part, puts, sums) end
    replies[p] = reply
  end
end
return replies
`);
