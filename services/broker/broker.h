/* SPDX-License-Identifier: EUPL-1.2 */
/* The broker as a whole: what main.c owns and report.c tells of. */
#ifndef UDVEJ_BROKER_BROKER_H
#define UDVEJ_BROKER_BROKER_H

#include "broker/members.h"
#include "broker/relay.h"
#include "broker/zap.h"
#include "http/http.h"

struct broker {
	struct arena *arena; /* process life */
	void *context;
	struct members members;
	struct zap zap;
	struct relay relay;
	struct http_server *http;
	int signals; /* descriptor on which SIGTERM and SIGINT arrive */
};

/* --- report.c --- */

/* Answers /healthz, /readyz and /metrics; `owner` is the broker. */
void report_on_request(void *owner, struct http_request *request);
/* Does nothing: no request here outlives its call. */
void report_on_gone(void *owner, struct http_request *request);

#endif
