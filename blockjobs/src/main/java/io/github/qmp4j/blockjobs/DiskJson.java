package io.github.qmp4j.blockjobs;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** Disks, chains and nodes as JSON. */
final class DiskJson {
    private DiskJson() {}

    static ObjectNode write(Disk disk) {
        ObjectNode json = RecordJson.object();
        disk.device().ifPresent(device -> json.put("device", device));
        disk.qdev().ifPresent(qdev -> json.put("qdev", qdev));
        json.set("chain", write(disk.chain()));
        return json;
    }

    static ArrayNode write(BlockChain chain) {
        return write(chain.nodes());
    }

    static ArrayNode write(List<BlockNode> nodes) {
        ArrayNode json = JsonNodeFactory.instance.arrayNode();
        nodes.forEach(node -> json.add(write(node)));
        return json;
    }

    private static ObjectNode write(BlockNode node) {
        ObjectNode json = RecordJson.object();
        node.nodeName().ifPresent(name -> json.put("nodeName", name));
        json.put("file", node.file());
        json.put("driver", node.driver());
        json.put("virtualSize", node.virtualSize());
        node.actualSize().ifPresent(bytes -> json.put("actualSize", bytes));
        json.put("readOnly", node.readOnly());
        node.backingFile().ifPresent(name -> json.put("backingFile", name));
        return json;
    }

    static Disk readDisk(Members json) {
        return new Disk(json.optionalText("device"), json.optionalText("qdev"), readChain(json.list("chain")));
    }

    static BlockChain readChain(List<Members> json) {
        return new BlockChain(readNodes(json));
    }

    static List<BlockNode> readNodes(List<Members> json) {
        return json.stream().map(DiskJson::readNode).toList();
    }

    private static BlockNode readNode(Members json) {
        return new BlockNode(
                json.optionalText("nodeName"),
                json.text("file"),
                json.text("driver"),
                json.number("virtualSize"),
                json.optionalNumber("actualSize"),
                json.flag("readOnly"),
                json.optionalText("backingFile"));
    }
}
