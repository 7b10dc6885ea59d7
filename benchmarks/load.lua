-- The load that wrk makes. Every request is its own; every answer is read and counted by its status.
-- Arguments: kind, user, key, prefix of the request hashes, file with one SKU, code or event a line ("-" for none).
local ffi = require("ffi")
ffi.cdef [[ typedef struct { long seconds; long microseconds; } moment_t; int gettimeofday(moment_t *, void *); ]]

local ORDER = '{"request_hash":"%s","order_details":{"primary_text_pl":"Martin Vassilev",'
  .. '"secondary_text_pl":"Martin Vassilev Company"},"tickets":[{"sku":"%s","stock":1,"start_time":null,"end_time":null}]}'
local EVENT = '{"request_hash":"%s","primary_text_pl":"Dinosaurs","badge":{},"tickets":[{"primary_text_pl":"Regular pass",'
  .. '"price":"250","currency":"EUR","stock":"100"},{"primary_text_pl":"Reduced","price":"120.50","currency":"EUR","stock":"50"}]}'

local moment = ffi.new("moment_t")
local kind, prefix, next_hash, line_count
local lines = {}
counts = {}
first, last = 0, 0
number = 0

local function now()
  ffi.C.gettimeofday(moment, nil)
  return tonumber(moment.seconds) + tonumber(moment.microseconds) / 1e6
end

local function fresh_hash()
  number = number + 1
  return prefix .. "-" .. number
end

-- What goes before a body of such a length: spelled once, for a core that spells headers is one that serves nobody.
local heads = {}

local function post(path, body)
  local head = heads[#body]
  if not head then
    head = wrk.format("POST", path, nil, body):sub(1, -#body - 1)
    heads[#body] = head
  end
  return head .. body
end

local makers = {}

function makers.order()
  local hash = fresh_hash()
  return post("/v1/order/new", ORDER:format(hash, lines[number % line_count + 1]))
end

function makers.constant() -- the same body to the no-op route that authenticates and parses it
  return post("/v1/bench/parsed", ORDER:format(fresh_hash(), lines[1]))
end

function makers.nothing() -- the same body to the route that does not even look at it
  return post("/v1/bench/nothing", ORDER:format(fresh_hash(), lines[1]))
end

function makers.distinct() -- every code once, then no more
  number = number + 1
  if number > line_count then
    wrk.thread:stop()
  end
  return post("/v1/ticket/validate", '{"ticket_sensitive":"' .. lines[math.min(number, line_count)] .. '"}')
end

function makers.same()
  return post("/v1/ticket/validate", '{"ticket_sensitive":"' .. lines[1] .. '"}')
end

function makers.list()
  return wrk.format("GET", "/v1/ticket/list")
end

function makers.event()
  return post("/v1/event/new", EVENT:format(fresh_hash()))
end

local threads = {}

function setup(thread)
  thread:set("thread_number", #threads)
  table.insert(threads, thread)
end

function init(args)
  kind, prefix = args[1], args[4] .. "-" .. thread_number
  wrk.headers["X-Api-UserID"] = args[2]
  wrk.headers["X-API-Key"] = args[3]
  wrk.headers["Content-Type"] = "application/json"
  if args[5] ~= "-" then
    for line in io.lines(args[5]) do
      table.insert(lines, line)
    end
  end
  line_count = #lines
  request = makers[kind]
end

function response(status, headers, body)
  if kind == "distinct" then -- the only one that ends before its time
    last = now()
    first = first == 0 and last or first
  end
  local word = status .. " " .. (body:match('"status":"(%a+)"') or "unreadable")
  counts[word] = (counts[word] or 0) + 1
end

function done(summary, latency, requests)
  local counted, seconds = {}, summary.duration / 1e6
  for _, thread in ipairs(threads) do
    for word, count in pairs(thread:get("counts")) do
      counted[word] = (counted[word] or 0) + count
    end
    if kind == "distinct" then
      seconds = math.min(seconds, thread:get("last") - thread:get("first"))
    end
  end
  local parts = {}
  for word, count in pairs(counted) do
    table.insert(parts, ('"%s":%d'):format(word, count))
  end
  local broken = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  io.write(('\nRESULT {"answers":{%s},"seconds":%.6f,"p50_ms":%.4f,"p99_ms":%.4f,"broken":%d}\n'):format(
    table.concat(parts, ","), seconds, latency:percentile(50) / 1000, latency:percentile(99) / 1000, broken))
end
