/** How much each producer may send in a second. Knows nothing of what is uploaded. */
package io.pairstream.ingest.quotas;
