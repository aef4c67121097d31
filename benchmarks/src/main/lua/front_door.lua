-- Posts pairs as forms, each picture and caption once, and writes down what every answer said.
-- Arguments: picture, folder for what was said, number before the first thread's.

local threads = 0

function setup(thread)
  threads = threads + 1
  thread:set("number", threads)
end

function init(args)
  local file = assert(io.open(args[1], "rb"))
  picture = file:read("*a")
  file:close()
  number = number + tonumber(args[3])
  said = assert(io.open(args[2] .. "/said-" .. number, "w"))
  -- Line by line: what was acknowledged is written down though this process be killed.
  said:setvbuf("line")
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "multipart/form-data; boundary=pairstream-benchmark"
  sent = 0
  pause = 0
end

-- Milliseconds before the next request: who is told to come again comes a little later.
function delay()
  return pause
end

local function part(name, more, content)
  return "--pairstream-benchmark\r\nContent-Disposition: form-data; name=\"" .. name .. "\"" .. more .. "\r\n\r\n" .. content .. "\r\n"
end

function request()
  sent = sent + 1
  local mark = string.format("%03d-%09d", number, sent)
  -- What stands behind a picture's end makes it another one, and costs nobody a decoder.
  local body = part("caption", "", "A picture of noise, number " .. mark .. ".")
    .. part("image", "; filename=\"noise.png\"\r\nContent-Type: image/png", picture .. mark)
    .. "--pairstream-benchmark--\r\n"
  return wrk.format(nil, "/v1/pairs", nil, body)
end

function response(status, headers, body)
  pause = status == 201 and 0 or 200
  if status == 201 then
    said:write("201 ", string.match(body, '"id" ?: ?"(%x+)"'), " ", string.match(body, '"partition" ?: ?(%d+)'), " ", string.match(body, '"offset" ?: ?(%d+)'), "\n")
  else
    said:write(status, "\n")
  end
end

function done(summary, latency, requests)
  io.write(string.format('JSON {"seconds": %.3f, "requests": %d, "p50_ms": %.2f, "p99_ms": %.2f, "connect_errors": %d, "read_errors": %d, "write_errors": %d, "timeouts": %d}\n',
    summary.duration / 1e6, summary.requests, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    summary.errors.connect, summary.errors.read, summary.errors.write, summary.errors.timeout))
end
