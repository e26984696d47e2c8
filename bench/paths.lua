-- Asks for the addresses in a file, one after the other, and writes down what came of it as JSON.
local requests, place = {}, 0

function init(arguments)
   for path in io.lines(arguments[1]) do requests[#requests + 1] = wrk.format("GET", path) end
end

function request()
   place = place % #requests + 1
   return requests[place]
end

function done(summary, latency)
   local errors = summary.errors
   io.write(string.format('\n{"requests": %d, "seconds": %.6f, "median": %.6f, "failed": %d}\n', summary.requests,
      summary.duration / 1e6, latency:percentile(50) / 1e6,
      errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
