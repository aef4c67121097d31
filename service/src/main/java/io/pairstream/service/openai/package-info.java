/** APIs that speak as OpenAI's do, by any provider: one call, its refusals, its pace. */
package io.pairstream.service.openai;
