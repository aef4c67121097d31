/** Rules by which brokers let clients in. */
package io.pairstream.tools.access;
