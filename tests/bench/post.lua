-- SPDX-License-Identifier: EUPL-1.2
-- wrk's script for udvej and for the peer alike: one referral a request, each with a key of its own. From the
-- environment: BENCH_TOKEN, BENCH_WAIT (seconds to hold the answer back), BENCH_PAUSE (mean pause of a connection, ms).
wrk.method = "POST"
wrk.body = [[{"programme":"cti","aim":"exit","citizen":{"gender":"woman","birthYear":1988,"municipality":"0101",]]
	.. [["languages":["da","th"],"setting":"clinic","residence":"danish","anonymous":false,"name":"Test Person",]]
	.. [["phone":"+4512345678"},"reasons":["housing","economy","network"],"note":"Ønsker hjælp til bolig og økonomi; ]]
	.. [[har talt med Redens opsøgende medarbejder to gange i efteråret.","channel":"partner","partner":"reden",]]
	.. [["priority":"routine"}]]
wrk.headers["Content-Type"] = "application/json"

local key = string.format("%x-%x-", os.time(), math.floor(os.clock() * 1e6))
local sent, pause = 0, tonumber(os.getenv("BENCH_PAUSE") or "0")

function init()
	local token, wait = os.getenv("BENCH_TOKEN"), os.getenv("BENCH_WAIT")
	if token then
		wrk.headers["Authorization"] = "Bearer " .. token
	end
	if wait then
		wrk.headers["Prefer"] = "wait=" .. wait
	end
	math.randomseed(os.time())
end

function request()
	sent = sent + 1
	wrk.headers["Idempotency-Key"] = key .. sent
	return wrk.format()
end

if pause > 0 then
	function delay()
		return math.random(0, 2 * pause)
	end
end

function done(summary, latency)
	local e = summary.errors
	io.write(string.format(
		'BENCH {"requests":%d,"seconds":%f,"status":%d,"socket":%d,"timeout":%d,"p50":%f,"p99":%f,"max":%f}\n',
		summary.requests, summary.duration / 1e6, e.status, e.connect + e.read + e.write, e.timeout,
		latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, latency.max / 1e3))
end
