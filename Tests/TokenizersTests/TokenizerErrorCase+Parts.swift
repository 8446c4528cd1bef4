import Tokenizers

/// Damages of single parts of `tokenizer.json`.
extension TokenizerErrorCase {
  static let parts: [TokenizerErrorCase] = [
    json(
      "unknown part", #""decoder":null"#, #""decoder":null,"extra":1"#,
      "'extra' is not known to this program, which would not tokenise as the file wants."),
    json(
      "version", #""version":"1.0""#, #""version":"2.0""#,
      "version '2.0' is not supported. Supported: 1.0."),
    json("no version", #""version":"1.0","#, "", "'version' is missing."),
    json(
      "version of a wrong type", #""version":"1.0""#, #""version":1"#,
      "'version' must be a text, got the number 1."),
    json(
      "other normalizer", #""type":"BertNormalizer""#, #""type":"NFC""#,
      "normalizer 'NFC' is not supported. Supported: BertNormalizer."),
    json(
      "normalizer that is a text",
      #""normalizer":{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"#
        + #""strip_accents":null,"lowercase":true}"#, #""normalizer":"Bert""#,
      "'normalizer' must be an object, got the text 'Bert'."),
    json(
      "normalizer without casing", #","lowercase":true"#, "",
      "'normalizer.lowercase' is missing."),
    json(
      "normalizer with more", #","lowercase":true"#, #","lowercase":true,"nfkc":true"#,
      "'normalizer.nfkc' is not known to this program, which would not tokenise as the file "
        + "wants."),
    json(
      "casing of a wrong type", #""lowercase":true"#, #""lowercase":1"#,
      "'normalizer.lowercase' must be true or false, got the number 1."),
    json(
      "no pre-tokenizer", #"{"type":"BertPreTokenizer"}"#, "null",
      "pre_tokenizer null is not supported. Supported: BertPreTokenizer."),
    json(
      "other pre-tokenizer", #""BertPreTokenizer""#, #""ByteLevel""#,
      "pre_tokenizer 'ByteLevel' is not supported. Supported: BertPreTokenizer."),
    json(
      "other model", #""type":"WordPiece""#, #""type":"BPE""#,
      "model 'BPE' is not supported. Supported: WordPiece."),
    json(
      "model with more", #""type":"WordPiece""#, #""type":"WordPiece","dropout":0.1"#,
      "'model.dropout' is not known to this program, which would not tokenise as the file wants."),
    json(
      "word limit", #""max_input_chars_per_word":100"#, #""max_input_chars_per_word":-1"#,
      "'model.max_input_chars_per_word' must be a whole number from 0 to 10000000, "
        + "got the number -1."),
    json(
      "no unknown token", #""unk_token":"[UNK]""#, #""unk_token":"<unk>""#,
      "the unk_token '<unk>' is not in the vocabulary."),
    json(
      "number that is none", #""a":5,"#, #""a":5.5,"#,
      "'model.vocab.a' must be a whole number from 0 to 10000000, got the number 5.5."),
    json(
      "number twice", #""b":6,"#, #""b":5,"#,
      "the tokens 'a' and 'b' have the same number 5."),
    json(
      "token twice", #""b":6,"#, #""a":6,"#,
      "not JSON: line 1, column 1502: the key 'a' stands twice in one object."),
    json(
      "added token on another number", #""id":4,"content":"[MASK]""#,
      #""id":3,"content":"[MASK]""#,
      "the added token '[MASK]' has number 3, the vocabulary gives it 4."),
    json(
      "added token on a taken number", #""id":4,"content":"[MASK]""#,
      #""id":4,"content":"<mask>""#,
      "the tokens '[MASK]' and '<mask>' have the same number 4."),
    json(
      "added token without text", #""id":4,"content":"[MASK]","#, #""id":4,"#,
      "'added_tokens[4].content' is missing."),
    json(
      "other post-processor", #""type":"TemplateProcessing""#, #""type":"RobertaProcessing""#,
      "post_processor 'RobertaProcessing' is not supported. "
        + "Supported: TemplateProcessing, BertProcessing."),
    json(
      "template without A",
      #""single":[{"SpecialToken":{"id":"[CLS]","type_id":0}},{"Sequence":{"id":"A","type_id":0}},"#,
      #""single":[{"SpecialToken":{"id":"[CLS]","type_id":0}},"#,
      "'post_processor.single' must be a template with A once, got A 0 times, B 0 times."),
    json(
      "template with an unknown text", #"{"Sequence":{"id":"B","type_id":1}}"#,
      #"{"Sequence":{"id":"C","type_id":1}}"#,
      "'post_processor.pair[3].Sequence.id' must be 'A' or 'B', got the text 'C'."),
    json(
      "template with an unknown token", #""special_tokens":{"[CLS]""#,
      #""special_tokens":{"[cls]""#,
      "'post_processor.special_tokens.[CLS]' is missing."),
    json(
      "template without a first token",
      #""single":[{"SpecialToken":{"id":"[CLS]","type_id":0}},"#, #""single":["#,
      "post_processor without a special token at both ends of a text is not supported. "
        + "Supported: [CLS] A [SEP]."),
    json(
      "added tokens that are no list", #""padding":null,"added_tokens":["#,
      #""added_tokens":{},"padding":["#, "'added_tokens' must be a list, got an object."),
    json(
      "special token without numbers", #""ids":[2]"#, #""ids":["2"]"#,
      "'post_processor.special_tokens.[CLS].ids' must be a list of token numbers, "
        + "got the text '2'."),
    json(
      "classification that is no pair", #"["[CLS]",2]"#, #""[CLS]""#, fixture: "cased",
      "'post_processor.cls' must be a token with its number, got the text '[CLS]'."),
    json(
      "classification of another number", #"["[CLS]",2]"#, #"["[CLS]",7]"#, fixture: "cased",
      "the added token '[CLS]' has number 7, the vocabulary gives it 2."),
    json(
      "classification without a token", #"["[CLS]",2]"#, #"["<s>",2]"#, fixture: "cased",
      "the post_processor.cls '<s>' is not in the vocabulary."),
    TokenizerErrorCase(
      id: "empty vocabulary in JSON",
      files: [
        "tokenizer.json": """
        {"version": "1.0", "added_tokens": [], "pre_tokenizer": {"type": "BertPreTokenizer"},
         "normalizer": {"type": "BertNormalizer", "clean_text": true, "lowercase": true,
                        "handle_chinese_chars": true, "strip_accents": null},
         "model": {"type": "WordPiece", "unk_token": "[UNK]", "vocab": {}}}
        """
      ],
      sentence: "FOLDER/tokenizer.json: the vocabulary is empty."),
    json(
      "casing contradicted", "nothing", "", casing: .cased,
      "--cased contradicts the file, which is uncased. Leave the option out."),
    json(
      "files contradict", "nothing", "", config: #"{"do_lower_case": false}"#,
      "'lowercase' is true, but 'do_lower_case' is false in FOLDER/tokenizer_config.json. "
        + "Correct one of the files."),
    json(
      "named token missing", "nothing", "", config: #"{"pad_token": "<pad>"}"#,
      "the pad_token '<pad>' is not in the vocabulary."),
  ]
}
